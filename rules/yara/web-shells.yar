// Pages that let a visitor run code: what a request says goes to something that executes it. Judged by that contradiction, and by what
// hides it; names of shells count only beside what shells do.

rule php_page {
  meta:
    id = "a756f237-b25e-4540-aff9-d15efbb1a4c3"
    title = "PHP"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  strings:
    $open1 = "<?php" nocase
    $open2 = "<?= "
    $open3 = "<?=$"
  condition:
    uint32(0) != 0x464c457f and filesize < 8MB and (any of them or uint16(0) == 0x3f3c and uint32(0) != 0x6d783f3c) and
    (uint16(0) == 0x3f3c or for any of them: ($ in (0..256)) or extension iequals ".php" or extension iequals ".phtml" or extension iequals ".inc" or
     extension iequals ".phar" or extension iequals ".pht" or extension iequals ".php5" or extension iequals ".php7" or
     extension iequals ".html" or extension iequals ".htm")
}

rule webshell_php_request_runs {
  meta:
    id = "c5651e30-f015-4e73-b3de-04c09844d374"
    title = "PHP runs what a visitor sends"
    description = "A value of the request is handed straight to eval, assert or a shell. No application needs that."
    level = "high"
    tags = "attack.persistence, attack.t1505.003"
    class = "access"
    within = true
    after = "php_page"
    because = "{path} is a web shell: it runs what a visitor sends ({words})."
  strings:
    $call = /\b(eval|assert|system|shell_exec|passthru|exec|popen|proc_open|pcntl_exec)\s{0,4}\(\s{0,4}(@?\s?(base64_decode|gzinflate|gzuncompress|str_rot13|stripslashes|urldecode|rawurldecode|trim|hex2bin|strrev|pack|convert_uudecode)\s{0,4}\(\s{0,4}["'A-Za-z*,]{0,8}){0,4}@?\$_(GET|POST|REQUEST|COOKIE)\s{0,4}[\[\{]/ nocase
    $header = /\b(eval|assert|system|shell_exec|passthru|exec|popen)\s{0,4}\(\s{0,4}(@?\s?(base64_decode|gzinflate|str_rot13|hex2bin)\s{0,4}\(\s{0,4}){0,3}@?\$_SERVER\s{0,2}\[\s{0,2}["']HTTP_/ nocase
    $variable = /\$_(GET|POST|REQUEST|COOKIE)\s?\[[^\]\n]{1,40}\]\s?\(\s?@?\$_(GET|POST|REQUEST|COOKIE)/
    $shellTicks = /\b(echo|print|return)\s{0,3}\(?`\s?\{?\$_(GET|POST|REQUEST|COOKIE)\s?\[/
    $body = /\b(eval|assert|system|shell_exec|passthru|exec)\s?\(\s?(@?(base64_decode|gzinflate|str_rot13|trim)\s?\(\s?){0,3}@?file_get_contents\s?\(\s?["']php:\/\/input/ nocase
    $function = /create_function\s?\(\s?["'][^"']{0,20}["']\s?,\s?@?(base64_decode\s?\(\s?)?\$_(GET|POST|REQUEST|COOKIE)/ nocase
    $callback1 = /(array_map|array_filter|usort|uasort|array_walk|register_shutdown_function|call_user_func(_array)?)\s?\(\s?["'](assert|eval|system|shell_exec|passthru|exec)["']\s?,\s?[^;\n]{0,40}\$_(GET|POST|REQUEST|COOKIE)/ nocase
    $callback2 = /(array_map|array_filter|usort|array_walk|call_user_func(_array)?)\s?\(\s?@?(base64_decode\s?\(\s?)?\$_(GET|POST|REQUEST|COOKIE)\s?\[[^\]\n]{1,40}\]\s?\)?\s?,\s?(array\s?\(|\[)?\s?@?\$_(GET|POST|REQUEST|COOKIE)/ nocase
    $pattern = /preg_replace\s?\(\s?["'][^"'\n]{1,60}\/[imsux]{0,4}e[imsux]{0,4}["']\s?,\s?@?\$_(GET|POST|REQUEST|COOKIE)/ nocase
    $twoSteps = /\$(\w{1,24})\s?=\s?(@?(base64_decode|gzinflate|str_rot13|stripslashes|trim)\s?\(\s?){0,3}@?\$_(GET|POST|REQUEST|COOKIE)\s?\[[^\]\n]{1,40}\]\s?\){0,3}\s?;\s{0,40}(if\s?\([^)\n]{0,60}\)\s?\{?\s{0,20})?@?(eval|assert)\s?\(\s?@?(base64_decode\s?\(\s?)?\$\w{1,24}/ nocase
    // Templates that were compiled a moment ago are included as `data:` too; what is written there already, or comes from the request, is not.
    $include1 = /\b(include|require)(_once)?[\s(]{1,4}["'](php:\/\/input|data:[^"'\n]{0,40}(base64,[A-Za-z0-9+\/]{12}|<\?))/ nocase
    $include2 = /\b(include|require)(_once)?[\s(]{1,4}["']data:[^"'\n]{0,40}["']\s{0,3}\.\s{0,3}(@?\w{1,20}\s?\(\s?){0,3}@?\$_(GET|POST|REQUEST|COOKIE)/ nocase
  condition:
    any of them
}

rule webshell_php_encrypted {
  meta:
    id = "3d26ace8-0773-4b6e-a6df-20687f2da2a5"
    title = "PHP decrypts and runs the body of a request"
    description = "The stream of the request is decrypted with a key and run: Behinder, Godzilla and their copies. Receivers of signed messages decrypt, but run nothing."
    level = "high"
    tags = "attack.persistence, attack.t1505.003, attack.t1573.001"
    class = "access"
    specific = "concealment"
    after = "php_page"
    because = "{path} is a web shell that hides what it is told ({words})."
  strings:
    $body = "php://input"
    $post = /\$_(POST|REQUEST|COOKIE)\s?\[/
    $aes = "openssl_decrypt"
    $xor1 = /\^\s?\$\w{1,12}\s?\[\s?\$\w{1,6}\s?\+\s?1\s?&\s?15\s?\]/
    $xor2 = "+1&15]"
    $run1 = /\b(eval|assert)\s?\(\s?\$\w{1,24}/
    $run2 = /create_function\s?\(/
    $run3 = /->\s?__invoke\s?\(|new\s+\w{1,20}\s?\(\s?["']eval/
  condition:
    filesize < 100KB and (($body or $post) and ($xor1 or $xor2) and 1 of ($run*) or $body and $aes and $run1)
}

rule webshell_php_hidden_names {
  meta:
    id = "effb3b87-25e5-49a6-abdc-31899aa7d3d3"
    title = "PHP hides the names of what it calls"
    description = "eval, base64_decode or GLOBALS written in escapes so that no search finds them. Protectors of licences do it too, with loaders of their own."
    level = "medium"
    tags = "attack.defense-evasion, attack.t1027, attack.t1505.003"
    class = "content"
    specific = "concealment"
    within = true
    after = "php_page"
    because = "{path} hides what it calls ({words})."
  strings:
    $hex1 = "\\x65\\x76\\x61\\x6c" nocase
    $hex2 = "\\x62\\x61\\x73\\x65\\x36\\x34" nocase
    $hex3 = "${\"\\x47" nocase
    $hex4 = "\\x67\\x7a\\x69\\x6e\\x66\\x6c\\x61\\x74\\x65" nocase
    $hex5 = "\\x61\\x73\\x73\\x65\\x72\\x74" nocase
    $octal1 = "\\145\\166\\141\\154"
    $octal2 = "\\142\\141\\163\\145\\66\\64"
    $octal3 = "${\"\\107"
    $split1 = /["']ba["']\s?\.\s?["']se["']?\s?\.?\s?["']?6["']?\s?\.?\s?["']?4/
    $split2 = /["']as["']\s?\.\s?["']se?["']\s?\.\s?["']e?r?t["']/
    $use1 = /\beval\s?\(/ private
    $use2 = /\$\w{1,30}\s?\(\s?\$/ private
    $use3 = /\$\{["']\\x/ private
    $use4 = "$GLOBALS[" private
  condition:
    filesize < 2MB and 1 of ($hex*, $octal*, $split*) and 1 of ($use*)
}

rule webshell_php_unpacks_itself {
  meta:
    id = "8a27430c-72d1-424b-b522-dabbcb6ffe9b"
    title = "PHP unpacks and runs its own text"
    description = "Code in base64, often deflated or turned over, is handed to eval. Some old commercial scripts are shipped like this."
    level = "medium"
    tags = "attack.defense-evasion, attack.t1027, attack.t1140"
    class = "content"
    specific = "concealment"
    within = true
    after = "php_page"
    because = "{path} unpacks hidden code and runs it ({words})."
  strings:
    $eval = /\beval\s?\(\s?(["']\?>["']\s?\.\s?)?@?(gzinflate|gzuncompress|gzdecode|str_rot13|base64_decode|strrev|convert_uudecode|rawurldecode|hex2bin)\s?\(\s?(@?(gzinflate|gzuncompress|gzdecode|str_rot13|base64_decode|strrev|convert_uudecode|rawurldecode|hex2bin)\s?\(\s?){0,6}["'$][\w+\/=]{4}/ nocase
    $assert = /\bassert\s?\(\s?@?(gzinflate|gzuncompress|str_rot13|base64_decode|strrev)\s?\(\s?(@?\w{4,20}\s?\(\s?){0,5}["'$]\w/ nocase
    $callback = /(array_map|call_user_func|create_function)\s?\(\s?["'][^"']{0,12}["']\s?,\s?@?(gzinflate|base64_decode|str_rot13)\s?\(\s?(@?\w{4,20}\s?\(\s?){0,5}["'$]\w/ nocase
    $pattern = /preg_replace\s?\(\s?["'][^"'\n]{1,40}\/[imsux]{0,4}e[imsux]{0,4}["']\s?,\s?["'](\\x65|eval|e\\x76)/ nocase
  condition:
    filesize < 4MB and any of them
}

rule webshell_php_named {
  meta:
    id = "56b032e3-8f14-46d2-89d0-31f9cafcc064"
    title = "Known web shell"
    description = "The name of a known shell in a page that also does what shells do: takes files and commands, tells of the system. Scanners name many shells, and show no forms."
    level = "high"
    tags = "attack.persistence, attack.t1505.003"
    class = "access"
    specific = "concealment"
    after = "php_page"
    because = "{path} is a web shell ({words})."
  strings:
    $name1 = "FilesMan"
    $name2 = "c99shell" nocase
    $name3 = "r57shell" nocase
    $name4 = "b374k" nocase
    $name5 = "IndoXploit" nocase
    $name6 = "WSO_VERSION"
    $name7 = "ALFA TEaM Shell"
    $name8 = "AnonymousFox" nocase
    $name9 = "p0wny"
    $name10 = "Mini Shell" nocase
    $name11 = "MARIJUANA"
    $name12 = "weevely" nocase
    $name13 = "Antichat Shell" nocase
    $act1 = "php_uname("
    $act2 = "move_uploaded_file("
    $act3 = /\b(shell_exec|passthru|system|proc_open|popen)\s?\(/
    $act4 = "disable_functions"
    $act5 = "posix_getpwuid"
    $act6 = /\$_(POST|REQUEST|GET|COOKIE)\s?\[/
    $form = "<form" nocase
  condition:
    filesize < 2MB and #name1 + #name2 + #name3 + #name4 + #name5 + #name6 + #name7 + #name8 + #name9 + #name10 + #name11 + #name12 + #name13 > 0 and
    not 4 of ($name*) and 4 of ($act*) and $act3 and $act6 and $form
}

rule jsp_page {
  meta:
    id = "f0b98139-8679-42c6-8597-d070a901e038"
    title = "JSP"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  strings:
    $open1 = "<%@ "
    $open2 = "<%@page"
    $open3 = "<jsp:scriptlet"
    $java1 = "request.getParameter"
    $java2 = "getRuntime"
    $java3 = "defineClass"
    $java4 = "ProcessBuilder"
    $java5 = "getReader()"
  condition:
    filesize < 1MB and (uint16(0) == 0x253c or for any of ($open*): ($ in (0..512)) or extension iequals ".jsp" or extension iequals ".jspx" or extension iequals ".jspf") and 1 of ($java*)
}

rule webshell_jsp_request_runs {
  meta:
    id = "09e3ea50-89a3-46d1-9872-3fa1dc3ec899"
    title = "JSP runs what a visitor sends"
    description = "A parameter of the request starts a program, is evaluated, or is loaded as a class."
    level = "high"
    tags = "attack.persistence, attack.t1505.003"
    class = "access"
    after = "jsp_page"
    because = "{path} is a web shell: it runs what a visitor sends ({words})."
  strings:
    $exec = /getRuntime\s?\(\s?\)\s?\.\s?exec\s?\([^;]{0,120}request\s?\.\s?getParameter/
    $builder = /new\s+(java\.lang\.)?ProcessBuilder\s?\([^;]{0,160}request\s?\.\s?getParameter/
    $script = /\.\s?eval\s?\(\s?request\s?\.\s?getParameter/
    $twoSteps = /String\s+(\w{1,24})\s?=\s?request\s?\.\s?getParameter\s?\([^;]{1,40};[^}]{0,400}(getRuntime\s?\(\s?\)\s?\.\s?exec\s?\(|new\s+(java\.lang\.)?ProcessBuilder\s?\()[^;]{0,60}\b(cmd|command|c|exec|pwd|shell)\b/
    $class1 = "defineClass"
    $class2 = "ClassLoader"
    $input1 = "getReader()"
    $input2 = "request.getParameter"
    $input3 = "getInputStream()"
    $decode1 = "AES"
    $decode2 = "Base64"
    $decode3 = "BASE64Decoder"
    $new = "newInstance()"
  condition:
    filesize < 200KB and ($exec or $builder or $script or $twoSteps or $class1 and $class2 and 1 of ($input*) and 1 of ($decode*) and $new)
}

rule asp_page {
  meta:
    id = "510fb5ed-b4c1-42ce-b4cc-e7dfe1512f86"
    title = "ASP"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  strings:
    $word1 = "<%@ "
    $word2 = "request(" nocase
    $word3 = "Request." nocase
    $word4 = "Request[" nocase
  condition:
    filesize < 500KB and (uint16(0) == 0x253c or extension iequals ".aspx" or extension iequals ".asp" or extension iequals ".ashx" or $word1 in (0..256)) and any of them
}

rule webshell_asp_request_runs {
  meta:
    id = "ace54f6c-171f-4aff-b4c3-af52f722454e"
    title = "ASP runs what a visitor sends"
    description = "A value of the request is evaluated, run or loaded as an assembly. Such pages lie on Linux where Windows servers are hosted or copied."
    level = "high"
    tags = "attack.persistence, attack.t1505.003"
    class = "access"
    after = "asp_page"
    because = "{path} is a web shell: it runs what a visitor sends ({words})."
  strings:
    $eval1 = /<%@?[^%]{0,200}%?>?\s{0,20}(<%)?\s{0,4}(eval|execute|executeglobal)\s?\(?\s?request\s?[\(.\[]/ nocase
    $eval2 = /eval\s?\(\s?Request\s?\.?\s?(Item|Form|QueryString)?\s?\[\s?["'][^"']{1,40}["']\s?\]\s?,\s?["']unsafe/ nocase
    $load1 = "Assembly.Load("
    $load2 = /Request\s?\.\s?(BinaryRead|Form|Item|InputStream)|Request\s?\[/
    $load3 = "CreateInstance("
    $exec1 = /new\s+(System\.Diagnostics\.)?Process(StartInfo)?\s?\(/
    $exec2 = /(FileName|Arguments)\s?=\s?[^;\n]{0,60}(Request|cmd\.exe|\.Text)/
    $exec3 = "Request.Form["
  condition:
    ($eval1 or $eval2 or $load1 and $load2 and $load3 or $exec1 and $exec2 and $exec3)
}
