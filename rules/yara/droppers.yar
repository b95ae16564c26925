// What fetches, unpacks and keeps programs of an intruder. Shell droppers are mostly judged by traits of the script; here is what those
// do not see: other languages, lists of rivals, bots.

rule shell_kills {
  meta:
    id = "cf263429-7e85-4c41-8663-7b3ab43a44ed"
    title = "Shell script that ends programs"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  strings:
    $word1 = "pkill"
    $word2 = "killall"
  condition:
    uint16(0) == 0x2123 and filesize < 4MB and any of them
}

rule dropper_shell_rivals {
  meta:
    id = "b5915b98-37c2-42fc-a276-5fb46e7a45be"
    title = "Shell script ends many other miners"
    description = "A dropper clears the host of rivals by name before it starts its own program. Tools against miners name them too, and fetch nothing."
    level = "high"
    tags = "attack.impact, attack.t1489, attack.t1496.001"
    class = "content"
    specific = "mining"
    after = "shell_kills"
    because = "{path} ends rivals and starts a program of its own ({words})."
  strings:
    $kill1 = /(pkill|killall)( -\w+){0,3} (-f )?["']?(kinsing|kdevtmpfsi|xmrig|xmr-stak|minerd|watchbog|sysguard|sysupdate|networkservice|kthrotlds|ksoftirqds|kerberods|sustse|cryptonight|stratum|tsm|ddgs|qW3xT|wnTKYg|biosetjenkins|Loopback|apaceha|mixnerdx|performedl|JnKihGjn|irqba2anc1|irqba5xnc1|irqbnc1|ir29xc1|conns|irqbalance|crypto-pool|XJnRj|mgwsl|pythno|jweri|lx26|NXLAi|BI5zj|askdljlqw|minergate|Guard\.sh|ysaydh|bonns|donns|kxjd|Duck\.sh|bonn\.sh|conn\.sh|kworker34|kw\.sh|pro\.sh|polkitd|acpid|icb5o|nopxi|sysrv|network01|perfctl|redtail|cnrig|haiduc|blacku|xrx|solrd|zzh|pnscan)/
    $kill2 = /(xargs|awk)[^\n]{0,60}kill -9/
    $kill3 = /grep -v grep ?\| ?(e?grep|awk)[^\n]{0,80}(kill|kinsing|kdevtmpfsi|xmrig|stratum|miner)/
    $fetch1 = /(curl|wget|cdt|cd1|wd1|lwp-download) [^\n]{0,200}https?:\/\//
    $fetch2 = "/dev/tcp/"
    $run1 = /chmod (\+x|[0-7]?7[0-7]{2}|a\+x|u\+x)/
    $run2 = /nohup [^\n]{3,160}&/
    $run3 = "| sh"
    $run4 = "| bash"
    $run5 = "|bash"
  condition:
    (#kill1 >= 6 or #kill1 + #kill2 + #kill3 >= 12 and #kill1 >= 2) and 1 of ($fetch*) and 1 of ($run*)
}

rule irc_client {
  meta:
    id = "abef2339-b558-45b8-9271-f6baedb3ff00"
    title = "Text that speaks IRC"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  strings:
    $irc = "PRIVMSG"
    $perl = "IO::Socket"
    $python = "import socket"
  condition:
    (uint16(0) == 0x2123 or uint32(0) == 0x20657375 or extension iequals ".pl" or extension iequals ".py" or extension iequals ".pm") and
    filesize < 2MB and $irc and ($perl or $python)
}

rule dropper_irc_bot {
  meta:
    id = "6dfa0e19-562e-4340-a2b2-8635c962a944"
    title = "IRC bot that runs commands"
    description = "A Perl or Python text that keeps a connection to IRC and runs what it is told there, as ShellBot and its copies do. Ordinary bots of chats run no shell."
    level = "high"
    tags = "attack.command-and-control, attack.t1071, attack.t1059.006"
    class = "content"
    specific = "concealment"
    after = "irc_client"
    because = "{path} is a bot that takes commands from IRC ({words})."
  strings:
    $perl1 = "IO::Socket::INET"
    $perl2 = "IO::Select"
    $python1 = "import socket"
    $python2 = "import subprocess"
    $irc1 = "PRIVMSG"
    $irc2 = /NICK \$|"NICK |'NICK /
    $irc3 = /USER \$|"USER |'USER /
    $irc4 = "PING"
    $shell1 = /=\s?`\$\w{1,20}/
    $shell2 = /open\s?\(\s?\w{1,12}\s?,\s?["']\$\w{1,20}[^\n]{0,20}\|/
    $shell3 = "subprocess.Popen("
    $shell4 = "os.popen("
    $bad1 = /udpflood|tcpflood|httpflood|synflood|@(tcp|udp)flood/ nocase
    $bad2 = /@?portscan|@?connectback|@?back ?connect/ nocase
    $bad3 = /\$0\s?=\s?["'$]/
    $bad4 = /\$SIG\{\s?['"]?(INT|HUP|TERM|PS)['"]?\s?\}\s?=\s?['"]IGNORE/
    $bad5 = "mdrfckr"
    $bad6 = /my @(adms|admins|auth|hostauth)\s?=/
  condition:
    ($perl1 and ($perl2 or $irc4) or $python1 and $python2) and
    $irc1 and ($irc2 or $irc3) and 1 of ($shell*) and 2 of ($bad*)
}

rule python_decodes {
  meta:
    id = "5241e94b-e1a3-4457-b466-93bef86e794c"
    title = "Python that fetches or decodes"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  strings:
    $word1 = "urlopen("
    $word2 = "requests.get("
    $word3 = "b64decode"
    $word4 = "marshal.loads"
    $word5 = "zlib.decompress"
    $word6 = ".decode('base64')"
  condition:
    uint32(0) != 0x464c457f and filesize < 2MB and any of them
}

rule dropper_python_fetch_execute {
  meta:
    id = "9797ccf4-5f45-4f34-8322-1163d62cb286"
    title = "Python runs what it fetches"
    description = "The answer of a web server goes straight into exec. Installers save it and run it with a name; some people are told to do this too."
    level = "medium"
    tags = "attack.execution, attack.t1059.006, attack.t1105"
    class = "content"
    specific = "concealment"
    after = "python_decodes"
    because = "{path} runs code that it fetches ({words})."
  strings:
    $direct = /\bexec\s?\(\s?(compile\s?\(\s?)?((__import__\s?\(\s?["'](urllib\.request|urllib2|requests)["'][^)]{0,40}\)\.(urlopen|get))|urllib2?\.urlopen|urllib\.request\.urlopen|urlopen|requests\.get)\s?\(\s?["']?(https?:\/\/|b64decode|base64\.)/
    $encoded = /\bexec\s?\(\s?(compile\s?\(\s?)?(zlib\.decompress|marshal\.loads|__import__\s?\(\s?["'](zlib|base64|marshal)["']\s?\)\.\w{4,16})\s?\(\s?(base64\.b64decode|zlib\.decompress|__import__)/
    $hidden1 = ".decode('base64').decode('zlib')"
    $fetch = /https?:\/\/|socket\.socket/
  condition:
    ($direct or $encoded and $hidden1 or $encoded and $fetch)
}

rule dropper_php_fetch_execute {
  meta:
    id = "29fba412-c9e2-4857-ae94-779a9450585b"
    title = "PHP fetches a program and starts it"
    description = "A page that saves a file of another server, makes it executable and runs it. Updaters of applications unpack archives and start nothing."
    level = "high"
    tags = "attack.execution, attack.t1059, attack.t1105"
    class = "content"
    specific = "concealment"
    after = "php_page"
    because = "{path} fetches a program and starts it ({words})."
  strings:
    $open = "<?php"
    $shell = /\b(shell_exec|system|exec|passthru|popen)\s?\(\s?["'][^\n]{0,120}(wget|curl|fetch|lwp-download) [^\n]{0,160}https?:\/\/[^\n]{0,200}(\|\s?(ba)?sh|chmod \+?[0-7x]{1,4}|nohup|perl |python)/
    $save = /file_put_contents\s?\(\s?[^;]{1,80},\s?@?file_get_contents\s?\(\s?["']https?:\/\//
    $mode = /chmod\s?\([^;]{1,80},\s?0?7[0-7]{2}/
    $start = /\b(shell_exec|system|exec|passthru|popen|proc_open)\s?\([^;]{0,80}(nohup|\.\/|\/tmp\/|\/dev\/shm\/|\/var\/tmp\/| > ?\/dev\/null)/
  condition:
    $open in (0..256) and filesize < 1MB and ($shell or $save and $mode and $start)
}
