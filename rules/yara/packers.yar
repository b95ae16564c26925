// Programs that were packed so that their words cannot be read. Packing alone is no crime; changing the packer's marks so that its own
// program cannot unpack it serves only to hide.

rule packed_upx_altered {
  meta:
    id = "7b6edfd3-802c-4cea-8b5f-1a5f84f7e13d"
    title = "Packed program whose packer's marks were wiped"
    description = "The code that unpacks is that of UPX, and its name is gone or changed, so that `upx -d` refuses it."
    level = "medium"
    tags = "attack.defense-evasion, attack.t1027.002"
    class = "content"
    specific = "concealment"
    because = "{path} is packed, and the marks of the packer were wiped ({words})."
  strings:
    $stub64 = { 55 53 51 52 48 01 FE 56 48 89 FE 48 89 D7 31 DB 31 C9 48 83 CD FF E8 }
    $stub64new = { 55 53 51 52 48 01 FE 56 41 80 F8 0E 0F 85 }
    $stub32 = { 60 8B 74 24 24 8B 7C 24 2C 83 CD FF EB }
    $mark = "UPX!"
  condition:
    uint32(0) == 0x464c457f and filesize < 64MB and 1 of ($stub*) and #mark < 2
}

rule packed_upx {
  meta:
    id = "3d50d474-fb32-4525-b7d8-315a89c23b7b"
    title = "Program packed by UPX"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  strings:
    $word1 = "UPX!"
  condition:
    uint32(0) == 0x464c457f and any of them
}

rule packed_upx_with_appendix {
  meta:
    id = "efd9096f-9f3e-44b2-b52d-439bc4221e36"
    title = "Packed program with settings of a miner behind it"
    description = "The program is packed, but what it is told lies readable at its end."
    level = "high"
    tags = "attack.impact, attack.t1496.001, attack.t1027.009"
    class = "content"
    specific = "mining"
    after = "packed_upx"
    because = "{path} is packed and carries the settings of a miner ({words})."
  strings:
    $pool1 = /stratum\+(tcp|ssl|tls):\/\/[\w.-]{3,80}:[0-9]{2,5}/
    $pool2 = /"url"\s?:\s?"[\w.-]{3,80}:[0-9]{2,5}"/
    $user = /"(user|wallet|login)"\s?:\s?"[\w.+:@-]{20,130}"/
    $kind = /"(algo|coin|keepalive|nicehash|rig-id|donate-level|tls)"\s?:/
  condition:
    1 of ($pool*) and $user and $kind
}
