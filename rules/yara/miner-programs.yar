// Mining programs by what survives a change of name: keys of their configuration, names of algorithms, lines of their logs and
// methods of their protocol, several classes of them together. Texts that speak of miners have neither a program's header nor zero bytes.

rule miner_words {
  meta:
    id = "d2062987-4f49-4e0f-aecd-ff3c16970fb5"
    title = "Words of mining"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
    scope = "both"
  strings:
    $word1 = "mining.subscribe"
    $word2 = "mining.authorize"
    $word3 = "mining.submit"
    $word4 = "mining.notify"
    $word5 = "eth_submitLogin"
    $word6 = "eth_submitHashrate"
    $word7 = "stratum+tcp"
    $word8 = "stratum+ssl"
    $word9 = "stratum1+tcp"
    $word10 = "stratum2+tcp"
    $word11 = "EthereumStratum"
    $word12 = "donate-level"
    $word13 = "huge-pages-jit"
    $word14 = "cn-pico/tlo"
    $word15 = "cn-heavy/xhv"
    $word16 = "argon2/chukwa"
    $word17 = "ghostrider"
    $word18 = " 10s/60s/15m "
    $word19 = "keepalived\x00"
    $word20 = "Result accepted by the pool"
    $word21 = "use_slow_memory"
    $word22 = "giveup_limit"
    $word23 = "qli-Client" ascii wide
    $word24 = "qli-runner" ascii wide
    $word25 = "qubic.li" ascii wide
    $word26 = "poolAddress" ascii wide nocase
  condition:
    any of them
}

// What lies far from those words in a large program is kept for a closer look too.
rule miner_report_words {
  meta:
    id = "b22f1a94-1cfc-489a-87f6-ba284e412d26"
    title = "Words of the reports of miners"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
    scope = "both"
  strings:
    $word1 = "Share accepted" nocase
    $word2 = "share rejected" nocase
    $word3 = "stale share" nocase
    $word4 = "khash/s"
    $word5 = "kH/s"
    $word6 = "MH/s"
    $word7 = "hashrate" nocase
    $word8 = "Stratum requested work restart"
    $word9 = "stratum share submission failure"
    $word10 = "untracked stratum share"
    $word11 = "Difficulty changed. Now"
    $word12 = "Generating DAG"
    $word13 = "READY threads"
    $word14 = "register values for \""
    $word15 = "dataset ready"
    $word16 = "seed_hash\x00"
    $word17 = "lolMiner "
    $word18 = "NBMiner"
    $word19 = "SRBMiner"
    $word20 = "nanominer"
    $word21 = "PhoenixMiner"
    $word22 = "TeamRedMiner"
    $word23 = "GMiner v"
    $word24 = "WildRig"
    $word25 = "ccminer"
  condition:
    any of them
}

rule miner_xmrig {
  meta:
    id = "76291a0b-a254-4713-abc0-39b3b98e6230"
    title = "Program of the XMRig family"
    description = "Keys of its configuration, its algorithms and its log lines in one program, whatever its name. Packed programs hide them until they run."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "miner_words"
    because = "{path} is a mining program of the XMRig family ({words})."
  strings:
    $key1 = "donate-level\x00"
    $key2 = "max-threads-hint\x00"
    $key3 = "huge-pages-jit\x00"
    $key4 = "scratchpad_prefetch_mode\x00"
    $key5 = "donate-over-proxy\x00"
    $key6 = "health-print-time\x00"
    $key7 = "pause-on-battery\x00"
    $key8 = "self-select\x00"
    $algorithm1 = "cn/half\x00"
    $algorithm2 = "rx/wow\x00"
    $algorithm3 = "rx/arq\x00"
    $algorithm4 = "cn-pico/tlo\x00"
    $algorithm5 = "cn-heavy/xhv\x00"
    $algorithm6 = "argon2/chukwa"
    $algorithm7 = "ghostrider\x00"
    $algorithm8 = "cryptonight-lite"
    $algorithm9 = "randomx/0\x00"
    $log1 = " 10s/60s/15m "
    $log2 = "READY threads"
    $log3 = "register values for \""
    $log4 = "new job"
    $log5 = "dataset ready"
    $log6 = "HUGE PAGES"
    $log7 = "init dataset"
    $protocol1 = "keepalived\x00"
    $protocol2 = "seed_hash\x00"
    $protocol3 = "stratum+ssl://"
    $protocol4 = "mining.authorize"
    $protocol5 = "nicehash\x00"
  condition:
    (uint32(0) == 0x464c457f or uint16(0) == 0x5a4d) and
    2 of ($key*) and 2 of ($algorithm*) and 1 of ($protocol*) and (2 of ($log*) or 3 of ($protocol*))
}

rule miner_xmrig_in_memory {
  meta:
    id = "c54e0d77-6525-46f1-98c6-a63cf72c9f5a"
    title = "Memory holds a program of the XMRig family"
    description = "What its packed or deleted file does not show: keys, algorithms, log lines and protocol, each as a program keeps its texts."
    level = "high"
    tags = "attack.impact, attack.t1496.001, attack.t1027.002"
    class = "execution"
    specific = "mining"
    scope = "memory"
    because = "The memory of pid {pid} ({path}) is that of a mining program of the XMRig family ({words})."
  strings:
    $key1 = "donate-level\x00"
    $key2 = "max-threads-hint\x00"
    $key3 = "huge-pages-jit\x00"
    $key4 = "scratchpad_prefetch_mode\x00"
    $key5 = "health-print-time\x00"
    $key6 = "pause-on-battery\x00"
    $algorithm1 = "cn/half\x00"
    $algorithm2 = "rx/wow\x00"
    $algorithm3 = "rx/arq\x00"
    $algorithm4 = "cn-pico/tlo\x00"
    $algorithm5 = "cn-heavy/xhv\x00"
    $algorithm6 = "argon2/chukwa"
    $algorithm7 = "ghostrider\x00"
    $log1 = " 10s/60s/15m "
    $log2 = "READY threads"
    $log3 = "register values for \""
    $log4 = "dataset ready"
    $protocol1 = "keepalived\x00"
    $protocol2 = "seed_hash\x00"
    $protocol3 = "stratum+ssl://"
    $protocol4 = "nicehash\x00"
  condition:
    3 of ($key*) and 3 of ($algorithm*) and 2 of ($log*) and 2 of ($protocol*)
}

rule miner_cpuminer {
  meta:
    id = "85725364-c734-4d2c-a316-c533786524b6"
    title = "Program of the cpuminer or ccminer family"
    description = "Their common stratum engine (cpuminer, minerd, cpuminer-multi, cpuminer-opt, ccminer and what was made of them) by its messages."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "miner_words"
    because = "{path} is a mining program of the cpuminer family ({words})."
  strings:
    $method1 = "mining.subscribe"
    $method2 = "mining.authorize"
    $method3 = "mining.submit"
    $engine1 = "stratum_recv_line failed"
    $engine2 = "Stratum requested work restart"
    $engine3 = "stratum_subscribe timed out"
    $engine4 = "Starting Stratum on %s"
    $engine5 = "submit_upstream_work"
    $engine6 = "Stratum session id: %s"
    $engine7 = "JSON decode of work failed"
    $engine8 = "Stratum connection interrupted"
    $engine9 = "Stratum authentication failed"
    $engine10 = "Stratum difficulty set to %g"
    $rate1 = "hash/s"
    $rate2 = "khash/s"
    $rate3 = "%s/%s (%.2f%%)"
    $rate4 = "miner threads started"
    $rate5 = "H/s, "
  condition:
    (uint32(0) == 0x464c457f or uint16(0) == 0x5a4d) and 2 of ($method*) and 2 of ($engine*) and 1 of ($rate*)
}

rule miner_cpuminer_in_memory {
  meta:
    id = "95677747-17ac-4931-a128-28782afea5e4"
    title = "Memory holds a program of the cpuminer or ccminer family"
    description = "The messages of their stratum engine, each as a program keeps its texts."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "execution"
    specific = "mining"
    scope = "memory"
    after = "miner_words"
    because = "The memory of pid {pid} ({path}) is that of a mining program of the cpuminer family ({words})."
  strings:
    $method1 = "\"mining.subscribe\", \"params\": ["
    $method2 = "\"mining.authorize\", \"params\": ["
    $method3 = "\"mining.submit\", \"params\": ["
    $engine1 = "Stratum requested work restart\x00"
    $engine2 = "stratum_subscribe timed out\x00"
    $engine3 = "Stratum connection interrupted\x00"
    $engine4 = "Stratum authentication failed\x00"
    $engine5 = "stratum_recv_line failed"
    $engine6 = "miner threads started, using '"
    $engine7 = "JSON decode of work failed"
  condition:
    2 of ($method*) and 3 of ($engine*)
}

rule miner_cgminer {
  meta:
    id = "70308a8b-c0ab-4b37-bdf0-572c481014be"
    title = "Program of the cgminer family"
    description = "cgminer, bfgminer, sgminer and their relatives by the messages of their pool code."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "miner_words"
    because = "{path} is a mining program of the cgminer family ({words})."
  strings:
    $method1 = "mining.subscribe"
    $method2 = "mining.authorize"
    $method3 = "mining.configure"
    $engine1 = "stratum share submission failure"
    $engine2 = "JSON stratum auth failed"
    $engine3 = "Initiate stratum failed"
    $engine4 = "Rejected untracked stratum share"
    $engine5 = "Stratum from pool %d detected new block"
    $engine6 = "Accepted untracked stratum share"
    $engine7 = "Waiting for work to be available from pools"
    $engine8 = "Failed to resume stratum"
    $word1 = "--api-listen"
    $word2 = "api-listen"
    $word3 = "hashmeter"
    $word4 = "--shares"
    $word5 = "Work Utility"
  condition:
    (uint32(0) == 0x464c457f or uint16(0) == 0x5a4d) and 2 of ($method*) and 2 of ($engine*) and 1 of ($word*)
}

rule miner_ethminer {
  meta:
    id = "49d4736c-ff2d-4d71-908d-8991c3a3c19a"
    title = "Program of the ethminer family"
    description = "ethminer, nsfminer, kawpowminer, progpowminer and their relatives."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "miner_words"
    because = "{path} is a mining program of the ethminer family ({words})."
  strings:
    $scheme1 = "stratum1+tcp"
    $scheme2 = "stratum2+ssl"
    $scheme3 = "EthereumStratum/"
    $method1 = "eth_submitLogin"
    $method2 = "eth_submitHashrate"
    $method3 = "mining.extranonce.subscribe"
    $method4 = "eth_submitWork"
    $engine1 = "Generating DAG"
    $engine2 = "DAG + Light"
    $engine3 = "**Accepted"
    $engine4 = "**Rejected"
    $engine5 = "Epoch : "
    $engine6 = "farm-recheck"
    $engine7 = "--dag-load-mode"
    $engine8 = "cuda-grid-size"
  condition:
    (uint32(0) == 0x464c457f or uint16(0) == 0x5a4d) and 1 of ($scheme*) and 2 of ($method*) and 2 of ($engine*)
}

rule miner_xmr_stak {
  meta:
    id = "8eecae9b-0fa5-4b20-899c-961c9ff32f0f"
    title = "Program of the xmr-stak family"
    description = "By the keys of its configuration and the messages of its pool code."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "miner_words"
    because = "{path} is a mining program of the xmr-stak family ({words})."
  strings:
    $key1 = "use_slow_memory"
    $key2 = "pool_list"
    $key3 = "giveup_limit"
    $key4 = "h_print_time"
    $key5 = "use_nicehash"
    $key6 = "nvidia.txt"
    $engine1 = "Result accepted by the pool."
    $engine2 = "Result rejected by the pool."
    $engine3 = "Difficulty changed. Now: %llu."
    $engine4 = "Pool logged in."
    $engine5 = "Fast-connecting to %s"
    $engine6 = "MEMORY ALLOC FAILED: mmap failed"
    $engine7 = "New block detected."
  condition:
    (uint32(0) == 0x464c457f or uint16(0) == 0x5a4d) and 3 of ($key*) and 2 of ($engine*)
}

rule miner_named_program {
  meta:
    id = "57b2318e-cc06-4037-ae8b-098e18dca01f"
    title = "Known mining program"
    description = "A miner's own name beside methods of its protocol and the words of its reports, in one program: names alone stand in every scanner."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "miner_words"
    because = "{path} is a mining program ({words})."
  strings:
    $name1 = "lolMiner "
    $name2 = "T-Rex NVIDIA GPU"
    $name3 = "NBMiner"
    $name4 = "Team Red Miner"
    $name5 = "SRBMiner-MULTI"
    $name6 = "PhoenixMiner"
    $name7 = "Phoenix Miner"
    $name8 = "miner_getstat1"
    $name9 = "GMiner v"
    $name10 = "nanominer"
    $name11 = "Bminer: "
    $name12 = "WildRig Multi"
    $name13 = "hellminer"
    $name14 = "nheqminer"
    $name15 = "OneZeroMiner"
    $name16 = "BzMiner"
    $name17 = "miniZ v"
    $name18 = "kawpowminer"
    $name19 = "xelis_miner"
    $name20 = "dynexsolve"
    $name21 = "astrominer"
    $name22 = "deroluna"
    $name23 = "cpuminer-opt"
    $name24 = "ccminer"
    $name25 = "xmrig-proxy"
    $name26 = "CNRig"
    $name27 = "Rigel "
    $name28 = "TeamRedMiner"
    $name29 = "verusminer"
    $name30 = "PwnRig"
    $protocol1 = "mining.subscribe"
    $protocol2 = "mining.authorize"
    $protocol3 = "eth_submitLogin"
    $protocol4 = "stratum+tcp://"
    $protocol5 = "stratum+ssl://"
    $protocol6 = "mining.submit"
    $protocol7 = "EthereumStratum"
    $protocol8 = "keepalived\x00"
    $report1 = "MH/s"
    $report2 = "H/s\x00"
    $report3 = "Share accepted"
    $report4 = "share accepted"
    $report5 = "ashrate"
    $report6 = "shares"
    $report7 = "difficulty"
    $report8 = "H/s "
  condition:
    (uint32(0) == 0x464c457f or uint16(0) == 0x5a4d) and 1 of ($name*) and 2 of ($protocol*) and 3 of ($report*)
}

rule miner_qubic {
  meta:
    id = "0ba77e72-1771-4bcf-b311-4a782b2a8aa7"
    title = "Client of a Qubic pool"
    description = "qli-Client and qli-runner; their texts are in UTF-16, as .NET keeps them."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "miner_words"
    because = "{path} mines for a Qubic pool ({words})."
  strings:
    $name1 = "qli-Client" ascii wide
    $name2 = "qli-runner" ascii wide
    $name3 = "qubic.li" ascii wide
    $key1 = "ClientSettings" ascii wide
    $key2 = "poolAddress" ascii wide nocase
    $key3 = "accessToken" ascii wide nocase
    $key4 = "qubicAddress" ascii wide nocase
    $report1 = "it/s" ascii wide
    $report2 = "solutions" ascii wide nocase
    $report3 = "trainer" ascii wide nocase
  condition:
    (uint32(0) == 0x464c457f or uint16(0) == 0x5a4d) and 1 of ($name*) and 2 of ($key*) and 2 of ($report*)
}

rule miner_unnamed_program {
  meta:
    id = "da800056-337f-4f4b-a59a-d00eff32279f"
    title = "Program that mines for a pool"
    description = "Both sides of a pool's protocol, the schemes of pool addresses and the words of hash rates in one program. Pool servers lack the schemes, traffic analysers the rates."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "miner_words"
    because = "{path} speaks to mining pools and counts hashes ({words})."
  strings:
    $sent1 = "mining.subscribe"
    $sent2 = "mining.authorize"
    $sent3 = "mining.submit"
    $sent4 = "eth_submitLogin"
    $sent5 = "eth_submitWork"
    $sent6 = "eth_submitHashrate"
    $heard1 = "mining.notify"
    $heard2 = "mining.set_difficulty"
    $heard3 = "mining.set_target"
    $heard4 = "mining.set_extranonce"
    $heard5 = "client.reconnect"
    $scheme1 = "stratum+tcp"
    $scheme2 = "stratum+ssl"
    $scheme3 = "stratum1+tcp"
    $scheme4 = "stratum2+tcp"
    $scheme5 = "ethproxy+tcp"
    $rate1 = "kH/s"
    $rate2 = "MH/s"
    $rate3 = "hashrate" nocase
    $rate4 = "khash/s"
    $rate5 = "hashes/s"
    $share1 = "share accepted" nocase
    $share2 = "accepted share" nocase
    $share3 = "share rejected" nocase
    $share4 = "stale share" nocase
    $share5 = "low difficulty share" nocase
    $share6 = "accepted (%"
  condition:
    (uint32(0) == 0x464c457f or uint16(0) == 0x5a4d) and
    2 of ($sent*) and 1 of ($heard*) and 1 of ($scheme*) and 1 of ($rate*) and 1 of ($share*)
}

rule miner_wasm {
  meta:
    id = "d35dbf8c-2557-4b49-9a92-92f0de90d2b6"
    title = "WebAssembly module that mines"
    description = "A hash function of a coin as WebAssembly: what pages and node programs load to mine."
    level = "high"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    because = "{path} is a WebAssembly module that computes a coin's hashes ({words})."
  strings:
    $hash1 = "cryptonight_hash"
    $hash2 = "cryptonight_create"
    $hash3 = "hash_cn_create"
    $hash4 = "randomx_calculate_hash"
    $hash5 = "randomx_create_vm"
    $hash6 = "akroma_hash"
    $hash7 = "yespower_hash"
    $hash8 = "argon2_chukwa"
    $hash9 = "cn_slow_hash"
  condition:
    uint32(0) == 0x6d736100 and any of them
}

rule pool_talk {
  meta:
    id = "475622d0-19ca-4033-b9e9-d1b0904e8a46"
    title = "Text in the words of a pool"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  strings:
    $word1 = "mining.subscribe"
    $word2 = "job_id"
  condition:
    uint32(0) != 0x464c457f and filesize < 8MB and any of them
}

rule miner_script {
  meta:
    id = "cce9c025-b537-42a3-acd3-015c0ceff9c2"
    title = "Script that mines for a pool"
    description = "A Python, JavaScript or PHP text that sends the messages of a miner itself and computes hashes. Servers of pools only answer them."
    level = "medium"
    tags = "attack.impact, attack.t1496.001, attack.t1059"
    class = "content"
    specific = "mining"
    after = "pool_talk"
    because = "{path} is a script that logs in to a mining pool and submits work ({words})."
  strings:
    $subscribe1 = /["']?method["']?\s{0,2}[:=]\s{0,2}\\?["']mining\.subscribe/
    $subscribe2 = /["']?method["']?\s{0,2}[:=]\s{0,2}\\?["']login\\?["']/
    $submit1 = /["']?method["']?\s{0,2}[:=]\s{0,2}\\?["']mining\.submit/
    $submit2 = /["']?method["']?\s{0,2}[:=]\s{0,2}\\?["']submit\\?["']/
    $connect1 = "socket.socket("
    $connect2 = "create_connection("
    $connect3 = "net.connect("
    $connect4 = "net.createConnection("
    $connect5 = "fsockopen("
    $connect6 = "new WebSocket("
    $connect7 = "tls.connect("
    $hash1 = "hashlib"
    $hash2 = "createHash("
    $hash3 = "randomx" nocase
    $hash4 = "cryptonight" nocase
    $hash5 = "nonce"
    $hash6 = "job_id"
  condition:
    (uint16(0) == 0x2123 or extension iequals ".py" or extension iequals ".js" or extension iequals ".mjs" or extension iequals ".cjs" or
     extension iequals ".php" or extension iequals ".rb" or extension iequals ".pl") and
    1 of ($subscribe*) and 1 of ($submit*) and 1 of ($connect*) and 2 of ($hash*)
}

rule miner_log_words {
  meta:
    id = "044ac651-e6c2-4d48-9b5d-c7593374ff97"
    title = "Text with lines of a miner"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  strings:
    $line1 = "10s/60s/15m"
    $line2 = "new job from "
    $line3 = "accepted ("
  condition:
    uint32(0) != 0x464c457f and any of them
}

rule miner_log {
  meta:
    id = "c159236d-91a9-42b0-841f-2e7f4ee1e83d"
    title = "Log of a mining program"
    description = "The lines that XMRig writes when it starts and works: a miner ran here."
    level = "medium"
    tags = "attack.impact, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "miner_log_words"
    because = "{path} is the log of a miner that ran ({words})."
  strings:
    $start1 = " * ABOUT        "
    $start2 = " * POOL #1 "
    $start3 = " * HUGE PAGES "
    $start4 = " * DONATE       "
    $start5 = " * ASSEMBLY     "
    $work1 = /\] {1,2}(net|miner|cpu|randomx|msr) {2,}\S/
    $work2 = /accepted \(\d{1,6}\/\d{1,6}\) diff/
    $work3 = /new job from [\w.-]{3,80}:\d{1,5} diff/
    $work4 = /speed 10s\/60s\/15m [\d.]{1,9}/
  condition:
    2 of ($work*) and ($work2 or $work3 or $work4) and
    (1 of ($start*) in (0..4096) or $work1 in (0..256) or $work3 in (0..256) or $work2 in (0..256))
}
