// Words of mining protocols in memory. They say nothing alone: where one is, the messages around it are read whole
// (detect/stratum), and only both sides of a talk count.

rule mining_talk {
  meta:
    id = "797e880b-6939-4000-a46f-51696bc0f750"
    title = "Memory holds words of a mining protocol"
    description = "Where whole messages between a miner and a pool are looked for. Says nothing alone and is never told."
    level = "informational"
    tags = "attack.impact, attack.t1496.001"
    class = "network"
    scope = "memory"
    because = "The memory of pid {pid} ({path}) holds words of a mining protocol."
  strings:
    $job = "\"job_id\""
    $login = "\"login\""
    $stratum = "\"mining."
    $ethereum = "\"eth_submit"
    $block = "\"blocktemplate_blob\""
    $wallet = "\"wallet_address\""
  condition:
    any of them
}
