// Configurations of mining programs, whatever the file's name: by the keys that stand together in no other program's configuration.

rule miner_config_words {
  meta:
    id = "243af28b-d27f-4e10-bdc9-ffd523520602"
    title = "Keys of the configurations of miners"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  strings:
    $word1 = "donate-level"
    $word2 = "rig-id"
    $word3 = "max-threads-hint"
    $word4 = "\"nicehash\""
    $word5 = "\"randomx\""
    $word6 = "wrmsr"
    $word7 = "huge-pages"
    $word8 = "scratchpad_prefetch_mode"
    $word9 = "donate-over-proxy"
    $word10 = "self-select"
  condition:
    2 of them
}

rule miner_config_xmrig {
  meta:
    id = "1333331b-86b6-475f-a221-783aef26d0f2"
    title = "Configuration of XMRig"
    description = "Four or more of its keys with values of their kind, as JSON of its own, behind a program or within a script."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "miner_config_words"
    because = "{path} holds the configuration of a miner ({words})."
  strings:
    $key1 = /"donate-level"\s{0,9}:\s{0,9}[0-9]/
    $key2 = /"donate-over-proxy"\s{0,9}:\s{0,9}[0-9]/
    $key3 = /"pools"\s{0,9}:\s{0,9}\[/
    $key4 = /"randomx"\s{0,9}:\s{0,9}\{/
    $key5 = /"wrmsr"\s{0,9}:\s{0,9}[tf0-9\[]/
    $key6 = /"rdmsr"\s{0,9}:\s{0,9}[tf]/
    $key7 = /"rig-id"\s{0,9}:\s{0,9}["n]/
    $key8 = /"max-threads-hint"\s{0,9}:\s{0,9}[0-9]/
    $key9 = /"nicehash"\s{0,9}:\s{0,9}[tf]/
    $key10 = /"keepalive"\s{0,9}:\s{0,9}[tf0-9]/
    $key11 = /"huge-pages(-jit)?"\s{0,9}:\s{0,9}[tf]/
    $key12 = /"hw-aes"\s{0,9}:\s{0,9}[ntf]/
    $key13 = /"self-select"\s{0,9}:\s{0,9}[n"]/
    $key14 = /"tls-fingerprint"\s{0,9}:\s{0,9}[n"]/
    $key15 = /"scratchpad_prefetch_mode"\s{0,9}:\s{0,9}[0-9]/
    $key16 = /"submit-to-origin"\s{0,9}:\s{0,9}[tf]/
    $key17 = /"pause-on-(battery|active)"\s{0,9}:\s{0,9}[tf0-9]/
  condition:
    4 of them and
    (uint8(0) == 0x7b or uint8(0) == 0x0a or uint8(0) == 0x20 or uint8(0) == 0x09 or uint8(0) == 0x0d or
     uint16(0) == 0x2a2f or uint16(0) == 0x2f2f or uint16(0) == 0xbbef or uint16(0) == 0x2123 or
     uint32(0) == 0x464c457f or uint16(0) == 0x5a4d)
}

rule miner_config_xmrig_in_memory {
  meta:
    id = "60e8f7b9-583c-4fba-a1c3-5c2d04886930"
    title = "Memory holds a configuration of XMRig"
    description = "Five or more of its keys with values of their kind. An editor that has such a file open holds them too."
    level = "medium"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    scope = "memory"
    because = "The memory of pid {pid} ({path}) holds the configuration of a miner ({words})."
  strings:
    $key1 = /"donate-level"\s{0,9}:\s{0,9}[0-9]/
    $key2 = /"donate-over-proxy"\s{0,9}:\s{0,9}[0-9]/
    $key3 = /"randomx"\s{0,9}:\s{0,9}\{/
    $key4 = /"wrmsr"\s{0,9}:\s{0,9}[tf0-9\[]/
    $key5 = /"rig-id"\s{0,9}:\s{0,9}["n]/
    $key6 = /"max-threads-hint"\s{0,9}:\s{0,9}[0-9]/
    $key7 = /"nicehash"\s{0,9}:\s{0,9}[tf]/
    $key8 = /"huge-pages(-jit)?"\s{0,9}:\s{0,9}[tf]/
    $key9 = /"self-select"\s{0,9}:\s{0,9}[n"]/
    $key10 = /"scratchpad_prefetch_mode"\s{0,9}:\s{0,9}[0-9]/
  condition:
    5 of them
}

rule miner_config_xmrig_encoded {
  meta:
    id = "da4fe30c-591e-4a6c-9331-7ed752720710"
    title = "Configuration of XMRig in base64 or UTF-16"
    description = "The same keys, encoded once so that no search for text finds them."
    level = "high"
    tags = "attack.impact, attack.t1496.001, attack.t1027.013"
    class = "content"
    specific = "mining"
    because = "{path} holds the encoded configuration of a miner ({words})."
  strings:
    $base1 = "\"donate-level\"" base64
    $base2 = "\"max-threads-hint\"" base64
    $base3 = "\"huge-pages" base64
    $base4 = "\"randomx\"" base64
    $base5 = "\"rig-id\"" base64
    $base6 = "\"keepalive\"" base64
    $base7 = "\"nicehash\"" base64
    $base8 = "\"donate-over-proxy\"" base64
    $wide1 = "\"donate-level\"" wide
    $wide2 = "\"max-threads-hint\"" wide
    $wide3 = "\"huge-pages" wide
    $wide4 = "\"randomx\"" wide
    $wide5 = "\"rig-id\"" wide
    $wide6 = "\"keepalive\"" wide
    $wide7 = "\"nicehash\"" wide
    $wide8 = "\"donate-over-proxy\"" wide
  condition:
    4 of ($base*) or 4 of ($wide*)
}

rule miner_config_yaml {
  meta:
    id = "9648e06a-e887-469b-b6b5-8f4cd46a585e"
    title = "Settings of XMRig as YAML or key=value"
    description = "Its keys at the beginning of lines, as templates and wrappers keep them."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "miner_config_words"
    because = "{path} holds the settings of a miner ({words})."
  strings:
    $key1 = /\n[ \t-]{0,12}donate-level\s{0,4}[:=]\s{0,4}["']?[0-9]/
    $key2 = /\n[ \t-]{0,12}rig-id\s{0,4}[:=]\s{0,4}\S/
    $key3 = /\n[ \t-]{0,12}max-threads-hint\s{0,4}[:=]\s{0,4}["']?[0-9]/
    $key4 = /\n[ \t-]{0,12}nicehash\s{0,4}[:=]\s{0,4}["']?(true|false)/
    $key5 = /\n[ \t-]{0,12}huge-pages(-jit)?\s{0,4}[:=]\s{0,4}["']?(true|false)/
    $key6 = /\n[ \t-]{0,12}keepalive\s{0,4}[:=]\s{0,4}["']?(true|false|[0-9])/
    $key7 = /\n[ \t-]{0,12}randomx\s{0,4}:/
    $key8 = /\n[ \t-]{0,12}(wrmsr|rdmsr)\s{0,4}[:=]\s{0,4}\S/
    $key9 = /\n[ \t-]{0,12}pools\s{0,4}:/
    $url = /\n[ \t-]{0,12}["']?(url|pool)["']?\s{0,4}[:=]\s{0,4}["']?[\w+:\/.-]{3,80}:[0-9]{2,5}/
  condition:
    4 of ($key*) and ($key1 or $key2 or $key3) and $url
}

rule pool_settings {
  meta:
    id = "d227621c-ea8b-4ed5-b5b4-401793c4e7f2"
    title = "Settings of a pool"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  strings:
    $word1 = "\"pool_address\""
    $word2 = "stratum+tcp://"
    $word3 = "stratum+ssl://"
    $word4 = "stratum+tls://"
    $word5 = "stratum2+tcp://"
    $word6 = "stratum1+tcp://"
    $word7 = "ethproxy+tcp://"
    $word8 = "rigName" nocase
    $word9 = "\"ClientSettings\""
  condition:
    uint32(0) != 0x464c457f and any of them
}

rule miner_config_xmr_stak {
  meta:
    id = "33e31bb3-b1f5-401e-8345-0da303ca8342"
    title = "Configuration of xmr-stak"
    description = "Keys of its pools.txt and config.txt together."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "pool_settings"
    because = "{path} holds the configuration of a miner ({words})."
  strings:
    $key1 = /"pool_address"\s{0,4}:\s{0,4}"/
    $key2 = /"wallet_address"\s{0,4}:\s{0,4}"/
    $key3 = /"use_nicehash"\s{0,4}:/
    $key4 = /"pool_password"\s{0,4}:/
    $key5 = /"pool_weight"\s{0,4}:/
    $key6 = /"giveup_limit"\s{0,4}:/
    $key7 = /"use_slow_memory"\s{0,4}:/
    $key8 = /"rig_id"\s{0,4}:/
  condition:
    $key1 and $key2 and 2 of ($key3, $key4, $key5, $key6, $key7, $key8)
}

rule miner_config_pool_login {
  meta:
    id = "420ac124-c14b-4766-8b56-f0d5f9d16ffc"
    title = "Settings with a pool's address, a user and a password"
    description = "JSON of cpuminer, ccminer, cgminer, SRBMiner and others: the address of a pool with its scheme, and who logs in there."
    level = "medium"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "pool_settings"
    because = "{path} holds a login to a mining pool ({words})."
  strings:
    $url = /["']?(url|pool|server|pool_?address)["']?\s{0,4}[:=]\s{0,4}["']?(stratum[12]?\+(tcp|ssl|tls|tcps|udp)|ethproxy\+tcp|ethstratum):\/\/[\w.-]{3,80}:[0-9]{2,5}/ nocase
    $user = /["']?(user|wallet|username)["']?\s{0,4}[:=]\s{0,4}["']?[\w.:+\/@-]{12,130}["']?/ nocase
    $pass = /["']?(pass|password)["']?\s{0,4}[:=]\s{0,4}["']?[\w.,=:-]{1,60}["']?/ nocase
    $kind = /["']?(algo|algorithm|coin|threads|intensity|gpu-threads|api-listen|cpu_threads|worker|rig-?name|keepalive)["']?\s{0,4}[:=]/ nocase
  condition:
    (uint8(0) == 0x7b or uint8(0) == 0x5b or uint8(0) == 0x0a or uint8(0) == 0x20 or uint8(0) == 0x09 or uint8(0) == 0x2f or uint16(0) == 0xbbef) and
    $url and
    for any i in (1..#url): ($user in (@url[i] - 600..@url[i] + 600) and $pass in (@url[i] - 600..@url[i] + 600) and $kind in (@url[i] - 900..@url[i] + 900))
}

rule miner_config_nanominer {
  meta:
    id = "31a70682-968a-4299-b67d-6f18fe991ece"
    title = "Configuration of nanominer"
    description = "An INI section with an algorithm's name, a wallet and the name of a rig."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "pool_settings"
    because = "{path} holds the configuration of a miner ({words})."
  strings:
    $section = /(^|\n)\s{0,4}\[(RandomX|RandomHash2?|Ethash|Etchash|UbqHash|Kawpow|Autolykos2?|Octopus|FiroPow|Verushash|KHeavyhash|Cuckaroo30|EvrProgPow|Blake3)\]/ nocase
    $wallet = /\n\s{0,4}wallet\s{0,4}=\s{0,4}[\w:.-]{20,120}/ nocase
    $rig = /\n\s{0,4}rigName\s{0,4}=\s{0,4}\S/ nocase
    $pool = /\n\s{0,4}pool1\s{0,4}=\s{0,4}[\w.-]{3,80}:[0-9]{2,5}/ nocase
  condition:
    $section and $wallet and ($rig or $pool)
}

rule miner_config_qubic {
  meta:
    id = "0f3c6e75-96b6-4f9c-a73f-82809e822296"
    title = "Configuration of a Qubic client"
    description = "appsettings.json of qli-Client: pool, and the access token or alias that is paid."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "pool_settings"
    because = "{path} holds the configuration of a Qubic miner ({words})."
  strings:
    $settings = /"ClientSettings"\s{0,9}:\s{0,9}\{/
    $key1 = /"poolAddress"\s{0,9}:\s{0,9}"/
    $key2 = /"accessToken"\s{0,9}:\s{0,9}"/
    $key3 = /"qubicAddress"\s{0,9}:\s{0,9}/
    $key4 = /"trainer"\s{0,9}:\s{0,9}\{/
    $key5 = /"(idleSettings|idling)"\s{0,9}:/
    $key6 = /"alias"\s{0,9}:\s{0,9}"/
    $key7 = /"cpuThreads"\s{0,9}:\s{0,9}[0-9]/
  condition:
    (uint8(0) == 0x7b or uint8(0) == 0x5b or uint8(0) == 0x0a or uint8(0) == 0x20 or uint8(0) == 0x09 or uint8(0) == 0x2f or uint16(0) == 0xbbef) and
    $settings and 3 of ($key*) and ($key3 or $key4 or $key5)
}
