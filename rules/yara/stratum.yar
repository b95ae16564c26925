// Talk with a mining pool as it stands in the memory of who talks: whole messages with values, of both sides. A program's own
// templates hold `%s` where a message holds a value, and texts about the protocol hold no answers to it.

rule session_cryptonote {
  meta:
    id = "c7631efd-42a1-46f1-a504-650025a12be8"
    title = "Memory holds a login to a CryptoNote pool and its jobs"
    description = "The login of a miner with its agent, and a job that the pool gave. A capture of traffic in an analyser holds both too."
    level = "high"
    tags = "attack.impact, attack.t1496.001, attack.t1071"
    class = "network"
    specific = "mining"
    scope = "memory"
    because = "The memory of pid {pid} ({path}) holds a session with a mining pool ({words})."
  strings:
    $login1 = /"method"\s?:\s?"login"\s?,\s?"params"\s?:\s?\{\s?"login"\s?:\s?"[\w.+:@\/-]{4}/
    $login2 = /"login"\s?:\s?"[\w.+:@\/-]{4,130}"\s?,\s?"pass"\s?:\s?"[^"%]{0,64}"\s?,\s?"agent"\s?:\s?"[\w]/
    $submit = /"method"\s?:\s?"submit"\s?,\s?"params"\s?:\s?\{\s?"id"\s?:\s?"[\w-]{4,64}"\s?,\s?"job_id"\s?:\s?"[\w-]{1}/
    $job1 = /"blob"\s?:\s?"[0-9a-f]{100}/
    $job2 = /"seed_hash"\s?:\s?"[0-9a-f]{64}"/
    $job3 = /"job_id"\s?:\s?"[\w+\/=-]{4,64}"\s?,\s?"target"\s?:\s?"[0-9a-f]{8,16}"/
  condition:
    1 of ($login*, $submit) and 1 of ($job*)
}

rule session_stratum {
  meta:
    id = "ce0f47b1-e2af-43f0-8581-ddf809926d58"
    title = "Memory holds a stratum session"
    description = "A miner's subscription or submission with values, and what the pool pushes."
    level = "high"
    tags = "attack.impact, attack.t1496.001, attack.t1071"
    class = "network"
    specific = "mining"
    scope = "memory"
    because = "The memory of pid {pid} ({path}) holds a session with a mining pool ({words})."
  strings:
    $sent1 = /"method"\s?:\s?"mining\.(subscribe|authorize)"\s?,\s?"params"\s?:\s?\[\s?"[\w.\/-]{4}/
    $sent2 = /"method"\s?:\s?"mining\.submit"\s?,\s?"params"\s?:\s?\[\s?"[\w.:-]{4,130}"\s?,\s?"[\w-]{1,64}"\s?,\s?"[0-9a-f]{2}/
    $heard1 = /"mining\.notify"\s?,\s?"params"\s?:\s?\[\s?"[\w-]{1,64}"\s?,\s?"[0-9a-f]{32}/
    $heard2 = /"mining\.set_difficulty"\s?,\s?"params"\s?:\s?\[\s?[0-9.]/
    $heard3 = /"mining\.set_target"\s?,\s?"params"\s?:\s?\[\s?"[0-9a-f]{16}/
    $heard4 = /"params"\s?:\s?\[\s?[^\]]{2,900}\]\s?,\s?"id"\s?:\s?null\s?,\s?"method"\s?:\s?"mining\.notify"/
  condition:
    1 of ($sent*) and 1 of ($heard*)
}

rule session_ethereum {
  meta:
    id = "c3dcea61-7c58-4aef-b841-a0918eedb498"
    title = "Memory holds a session with an Ethash pool"
    description = "The login of a miner by eth_submitLogin or a solution, and work or hash rates."
    level = "high"
    tags = "attack.impact, attack.t1496.001, attack.t1071"
    class = "network"
    specific = "mining"
    scope = "memory"
    because = "The memory of pid {pid} ({path}) holds a session with a mining pool ({words})."
  strings:
    $login1 = /"eth_submitLogin"\s?,\s?"params"\s?:\s?\[\s?"[\w.@-]{6}/
    $login2 = /"params"\s?:\s?\[\s?"0x[0-9a-fA-F]{40}[\w.\/-]{0,40}"[^\]]{0,80}\]\s?,\s?"method"\s?:\s?"eth_submitLogin"/
    $work1 = /"eth_submitHashrate"\s?,\s?"params"\s?:\s?\[\s?"0x[0-9a-f]{4}/
    $work2 = /"eth_submitWork"\s?,\s?"params"\s?:\s?\[\s?"0x[0-9a-f]{4}/
    $work3 = /"eth_getWork"\s?,\s?"params"\s?:\s?\[\s?\]/
    $work4 = /"result"\s?:\s?\[\s?"0x[0-9a-f]{64}"\s?,\s?"0x[0-9a-f]{64}"\s?,\s?"0x[0-9a-f]{64}"/
  condition:
    1 of ($login*) and 1 of ($work*)
}
