// One file that is two: it shows as a picture or document, and behind its end, or in its comment, lies what is run.

rule picture {
  meta:
    id = "77b358c7-b198-4e8d-ac20-581512f5e92b"
    title = "Picture"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "content"
    silent = true
  condition:
    uint16(0) == 0xd8ff or uint32(0) == 0x474e5089 or uint32(0) == 0x38464947 or uint16(0) == 0x4d42
}

rule polyglot_picture_with_script {
  meta:
    id = "e153a49a-1421-470f-98dd-19246d7013a5"
    title = "Picture with a script or program behind its end"
    description = "The mark that ends a JPEG, PNG or GIF is followed by the first bytes of a script or of a native program."
    level = "high"
    tags = "attack.defense-evasion, attack.t1027.009, attack.t1036.008"
    class = "content"
    specific = "concealment"
    because = "{path} shows as a picture, and a program lies behind its end ({words})."
  strings:
    $jpegScript1 = { FF D9 [0-32] 23 21 2F 62 69 6E 2F }
    $jpegScript2 = { FF D9 [0-32] 23 21 2F 75 73 72 2F }
    $jpegElf = { FF D9 [0-32] 7F 45 4C 46 ( 01 | 02 ) 01 01 }
    $pngScript1 = { 49 45 4E 44 AE 42 60 82 [0-32] 23 21 2F 62 69 6E 2F }
    $pngScript2 = { 49 45 4E 44 AE 42 60 82 [0-32] 23 21 2F 75 73 72 2F }
    $pngElf = { 49 45 4E 44 AE 42 60 82 [0-32] 7F 45 4C 46 ( 01 | 02 ) 01 01 }
    $gifScript1 = { 00 3B [0-32] 23 21 2F 62 69 6E 2F }
    $gifScript2 = { 00 3B [0-32] 23 21 2F 75 73 72 2F }
    $gifElf = { 00 3B [0-32] 7F 45 4C 46 ( 01 | 02 ) 01 01 }
  condition:
    uint16(0) == 0xd8ff and 1 of ($jpeg*) or
    uint32(0) == 0x474e5089 and 1 of ($png*) or
    uint32(0) == 0x38464947 and 1 of ($gif*)
}

rule polyglot_picture_with_php {
  meta:
    id = "00dcc32d-9fa5-4127-969c-53315527cb05"
    title = "Picture that is a PHP page"
    description = "A picture's first bytes, and PHP that takes orders or unpacks itself behind them. Cameras and editors write the letters of no such code."
    level = "high"
    tags = "attack.persistence, attack.t1505.003, attack.t1036.008"
    class = "access"
    specific = "concealment"
    after = "picture"
    because = "{path} shows as a picture and is a web shell ({words})."
  strings:
    $php = /<\?(php|=)?[^>]{0,400}(\b(eval|assert|system|shell_exec|passthru|exec)\s?\(|\$_(GET|POST|REQUEST|COOKIE)\s?\[|base64_decode\s?\()/ nocase
  condition:
    (uint16(0) == 0xd8ff or uint32(0) == 0x474e5089 or uint32(0) == 0x38464947 or uint16(0) == 0x4d42) and $php
}

rule polyglot_gif_script {
  meta:
    id = "d0404822-111a-41ea-a527-24dc528dbb14"
    title = "Script that begins like a picture"
    description = "The first letters of a GIF, and then lines of a shell script."
    level = "high"
    tags = "attack.defense-evasion, attack.t1036.008"
    class = "content"
    specific = "concealment"
    because = "{path} begins like a picture and is a script ({words})."
  strings:
    $script = /^GIF8[79]a[^\n\x00]{0,40}\r?\n[^\x00]{0,40}#!\/(usr\/)?bin\//
  condition:
    $script at 0
}

rule polyglot_pdf_with_program {
  meta:
    id = "4a32e7dd-f281-4d45-a5cc-5e0c422b4ee7"
    title = "Document with a script or program behind its end"
    description = "The mark that ends a PDF is followed by the first bytes of a script or of a native program."
    level = "high"
    tags = "attack.defense-evasion, attack.t1027.009, attack.t1036.008"
    class = "content"
    specific = "concealment"
    because = "{path} shows as a document, and a program lies behind its end ({words})."
  strings:
    $script = /%%EOF\s{0,32}#!\/(usr\/)?bin\//
    $elf = { 25 25 45 4F 46 [0-32] 7F 45 4C 46 ( 01 | 02 ) 01 01 }
  condition:
    uint32(0) == 0x46445025 and ($script or $elf)
}
