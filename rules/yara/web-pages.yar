// What was put into pages that are otherwise the site's own. Strings lie where something has to go (meta `within`), so that a clean-up can
// take out that and nothing else; those that only help to decide are private.

rule page_words {
  meta:
    id = "cc11dacf-c8db-4324-b484-680113ed57a5"
    title = "Page with words of what is put into pages"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  strings:
    $word1 = "coinhive" nocase
    $word2 = "authedmine" nocase
    $word3 = "cryptoloot" nocase
    $word4 = "crypto-loot" nocase
    $word5 = "coinimp" nocase
    $word6 = "coin-imp" nocase
    $word7 = "deepMiner" nocase
    $word8 = "webminepool" nocase
    $word9 = "minero.cc"
    $word10 = "jsecoin" nocase
    $word11 = "hostingcloud."
    $word12 = "cryptonoter"
    $word13 = "minescripts"
    $word14 = "monerominer" nocase
    $word15 = ".Anonymous("
    $word16 = "%3c%73%63%72" nocase
    $word17 = "fromCharCode(60,"
    $word18 = "fromCharCode(104,"
    $word19 = "eval(String.fromCharCode("
    $word20 = "fromCharCode( 60"
    $word21 = "viagra" nocase
    $word22 = "cialis" nocase
    $word23 = "casino" nocase
    $word24 = "payday" nocase
    $word25 = "togel" nocase
    $word26 = "bokep" nocase
    $word27 = "kamagra" nocase
    $word28 = "escort" nocase
    $word29 = "gambling" nocase
    $word30 = "rolex" nocase
    $word31 = "louis vuitton" nocase
    $word32 = "tramadol" nocase
    $word33 = "eval(atob("
    $word34 = "eval(window.atob("
    $word35 = "Function(atob("
    $word36 = "document.write(atob("
    $word37 = "document.write(window.atob("
    $word38 = /src=["']https?:\/\/[1-9]/
  condition:
    uint32(0) != 0x464c457f and filesize < 8MB and any of them
}

rule page_script_browser_miner {
  meta:
    id = "1348d38b-7e41-46d1-ae8c-73407ac4134c"
    title = "Page makes its visitors mine"
    description = "The script of an in-browser miner with the key that is paid. Lists of blockers hold addresses of such scripts, but no tag and no key."
    level = "high"
    tags = "attack.impact, attack.t1496.001, attack.t1189"
    class = "content"
    specific = "mining"
    within = true
    after = "page_words"
    because = "{path} makes the browsers of visitors mine ({words})."
  strings:
    $tag = /<script[^>]{0,200}src\s?=\s?["'][^"'>]{0,120}(coinhive|authedmine|crypto-?loot|cryptaloot|coin-?imp|minero\.cc|webminepool|jsecoin|deepMiner|coinpot|monerominer|webmr|freecontent\.(date|stream|loan|bid|party)|hostingcloud\.(racing|science|loan|accountant)|ppoi|cryptonoter|minescripts|rocks\.io|webassembly\.stream)[^"'>]{0,120}\.js[^>]{0,120}>\s?<\/script>/ nocase
    $start = /<script[^>]{0,80}>[^<]{0,400}(CoinHive|CRLT|deepMiner|CoinImp|Client|CryptoLoot|Webmine)\s?\.\s?(Anonymous|User)\s?\(\s?["'][\w-]{16,70}["'][^<]{0,600}\.start\s?\([^<]{0,200}<\/script>/ nocase
  condition:
    any of them
}

rule page_script_hidden_source {
  meta:
    id = "90b66f3a-7349-4837-90be-ea6e71acda8e"
    title = "Page loads a script whose address is hidden"
    description = "A script tag or its address written in escapes or numbers and put into the page when it is shown. Nobody hides the address of a script of their own."
    level = "medium"
    tags = "attack.initial-access, attack.t1189, attack.t1027"
    class = "content"
    specific = "concealment"
    within = true
    after = "page_words"
    because = "{path} loads a script whose address is hidden ({words})."
  strings:
    $escaped = /<script[^>]{0,80}>[^<]{0,200}document\.write\s?\(\s?unescape\s?\(\s?["']%3[cC]%73%63%72%69%70%74[^<]{0,8000}<\/script>/
    $numbers1 = /<script[^>]{0,80}>[^<]{0,400}String\s?\.\s?fromCharCode\s?\(\s?60\s?,\s?115\s?,\s?99\s?,\s?114\s?,\s?105\s?,\s?112\s?,\s?116[^<]{0,8000}<\/script>/
    $numbers2 = /<script[^>]{0,80}>\s{0,8}eval\s?\(\s?String\s?\.\s?fromCharCode\s?\(\s?(\d{2,3}\s?,\s?){20}[^<]{0,12000}<\/script>/
    $numbers3 = /<script[^>]{0,80}>[^<]{0,400}\.src\s?=\s?String\s?\.\s?fromCharCode\s?\(\s?104\s?,\s?116\s?,\s?116\s?,\s?112[^<]{0,8000}<\/script>/
  condition:
    uint32(0) != 0x464c457f and filesize < 8MB and any of them
}

rule page_script_unpacks_itself {
  meta:
    id = "5b1f4f0e-9c1d-4d0c-8a57-3e1f0f6f2b90"
    title = "Page unpacks and runs a hidden script"
    description = "A text in base64 is handed to eval, to Function, or written into the page as a script. Builds make code shorter, but none hides it from its reader like this."
    level = "medium"
    tags = "attack.initial-access, attack.t1189, attack.t1027"
    class = "content"
    specific = "concealment"
    within = true
    after = "page_words"
    because = "{path} unpacks a hidden script and runs it ({words})."
  strings:
    $element = /<script[^>]{0,80}>\s{0,20}(eval|(new\s)?Function|document\.write(ln)?)\s?\(\s?(window\.)?atob\s?\(\s?["'][A-Za-z0-9+\/=]{16,8000}["']\s?\)\s?\)\s?(\(\s?\))?\s?;?\s{0,20}<\/script>/
    $eval = /\b(eval|(new\s)?Function)\s?\(\s?(window\.)?atob\s?\(\s?["'][A-Za-z0-9+\/=]{16,8000}["']\s?\)\s?\)\s?(\(\s?\))?;?/
    $write = /\bdocument\.write(ln)?\s?\(\s?(window\.)?atob\s?\(\s?["']PHNjcmlwd[A-Za-z0-9+\/=]{8,8000}["']\s?\)\s?\);?/
  condition:
    uint32(0) != 0x464c457f and filesize < 8MB and any of them
}

rule page_script_bare_address {
  meta:
    id = "0c3f9a54-2f6d-4c86-9d2e-7b7b1c5d4e11"
    title = "Page loads a script from a bare address"
    description = "The script comes from a public IPv4 address without a name, over http. Sites have names; who moves from host to host has none. Addresses of private networks are left alone."
    level = "medium"
    tags = "attack.initial-access, attack.t1189"
    class = "content"
    within = true
    after = "page_words"
    because = "{path} loads a script from a bare address ({words})."
  strings:
    $tag = /<script[^>]{0,100}src=["']https?:\/\/([1-9]|1[1-9]|[2-9]\d|1[01]\d|12[0-6]|12[89]|1[345]\d|16[0-8]|17[0-13-9]|18\d|19[0-13-9]|2[0-4]\d|25[0-5])\.\d{1,3}\.\d{1,3}\.\d{1,3}(:\d{1,5})?\/[^"'>]{0,200}["'][^>]{0,80}>\s?<\/script>/
  condition:
    uint32(0) != 0x464c457f and filesize < 8MB and $tag
}

rule page_hidden_links {
  meta:
    id = "d13d5834-bcb3-49da-bfa9-9e14effdd5a1"
    title = "Page holds links that no visitor sees"
    description = "A block out of sight with several links to other sites, of the kind that is sold: shops for pills, loans, games of chance. Menus and texts for screen readers link to the site itself."
    level = "medium"
    tags = "attack.impact, attack.t1565.001"
    class = "content"
    specific = "concealment"
    within = true
    after = "page_words"
    because = "{path} holds links that no visitor sees ({words})."
  strings:
    $block = /<(div|span|p|ul|marquee|section)[^>]{0,120}style\s?=\s?["'][^"'>]{0,120}((left|top|right|margin-left|text-indent)\s?:\s?-\d{3,6}(px|em)?|display\s?:\s?none|visibility\s?:\s?hidden|font-size\s?:\s?0|height\s?:\s?[01](px)?\s?;[^"'>]{0,80}overflow\s?:\s?hidden|overflow\s?:\s?hidden\s?;[^"'>]{0,80}height\s?:\s?[01])[^"'>]{0,120}["'][^>]{0,80}>[^<]{0,200}(<[^>]{0,200}>[^<]{0,200}){0,4}<a\s[^>]{0,80}href\s?=\s?["']https?:\/\/[^>]{3,300}>[^<]{0,100}(viagra|cialis|casino|poker|gambling|betting|slot|togel|judi|payday|replica|porn|escort|essay|levitra|kamagra|tramadol|xanax|bokep|pharmacy|loan|rolex|louis vuitton|jersey|ugg )[^<]{0,100}<\/a>/ nocase
    $link = /<a\s[^>]{0,80}href\s?=\s?["']https?:\/\/[^>]{3,300}>[^<]{0,100}(viagra|cialis|casino|poker|gambling|betting|slot|togel|judi|payday|replica|porn|escort|essay|levitra|kamagra|tramadol|xanax|bokep|pharmacy|loan|rolex|louis vuitton|jersey|ugg )/ nocase private
  condition:
    uint32(0) != 0x464c457f and filesize < 8MB and
    for any i in (1..#block): (#link in (@block[i]..@block[i] + 6000) >= 3)
}

rule page_php_include_hidden_path {
  meta:
    id = "0e7e9090-e16b-4b76-b26a-51fb33acecaf"
    title = "Page includes a file whose path is hidden"
    description = "A path written in octal or hexadecimal escapes is included: how an intruder starts code that lies elsewhere on each visit."
    level = "high"
    tags = "attack.persistence, attack.t1505.003, attack.t1027"
    class = "persistence"
    specific = "concealment"
    within = true
    after = "php_page"
    because = "{path} includes a file whose path is hidden ({words})."
  strings:
    $include = /@?\b(include|require)(_once)?[\s(]{1,4}["'][^"'\n]*(\\[0-7]{2,3}|\\x[0-9a-fA-F]{2})[^"'\n]*(\\[0-7]{2,3}|\\x[0-9a-fA-F]{2})[^"'\n]*["']\s?\)?\s?;/
  condition:
    uint32(0) != 0x464c457f and filesize < 8MB and $include
}

rule page_php_code_out_of_sight {
  meta:
    id = "20e5a934-3047-4846-bed7-864c6601d581"
    title = "Page begins with code out of sight"
    description = "After the opening tag many blanks push code that unpacks itself beyond the edge of the editor."
    level = "high"
    tags = "attack.persistence, attack.t1505.003, attack.t1027"
    class = "persistence"
    specific = "concealment"
    within = true
    after = "php_page"
    because = "{path} begins with code that is pushed out of sight ({words})."
  strings:
    $code = /<\?php[ \t]{80,4000}(\$\w{1,40}\s?=|@?eval|@?include|@?require|if\s?\(|@?error_reporting|@?ini_set|\$GLOBALS|\$\{|function )[^\n]{20,200}/
    $hides1 = "eval(" private
    $hides2 = "base64_decode" private
    $hides3 = "\\x" private
    $hides4 = "$GLOBALS[" private
    $hides5 = "create_function" private
    $hides6 = "file_get_contents(" private
    $hides7 = "strrev(" private
  condition:
    uint32(0) != 0x464c457f and filesize < 8MB and $code and 1 of ($hides*)
}
