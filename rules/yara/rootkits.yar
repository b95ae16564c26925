import "elf"

// Libraries that stand between programs and the system, and modules of the kernel that do. Standing there is not enough: sandboxes,
// sanitizers and tools for tests do it. What names the list of preloaded libraries, or hides names, is none of these.

rule preload_library {
  meta:
    id = "3a25bf3d-aabb-4a91-9f4d-2976ba818fcb"
    title = "Library that replaces functions"
    description = "Leads to the rules that look closer."
    level = "informational"
    class = "concealment"
    silent = true
  strings:
    $word1 = "ld.so.preload"
    $word2 = "/proc/self/fd/%d"
    $word3 = "/proc/net/tcp"
    $word4 = "pam_authenticate"
    $word5 = "HISTFILE"
    $word6 = "readdir64\x00"
    $next = "dlsym"
  condition:
    uint32(0) == 0x464c457f and uint16(16) == 3 and filesize < 8MB and $next and any of ($word*)
}

rule rootkit_library_hides {
  meta:
    id = "8224efe3-a418-4c79-adfc-79e4cd067282"
    title = "Library hides files or processes"
    description = "It replaces what lists directories or opens files, and names the list of preloaded libraries or the files of processes that it hides."
    level = "high"
    tags = "attack.defense-evasion, attack.t1014, attack.t1574.006"
    class = "concealment"
    specific = "concealment"
    after = "preload_library"
    because = "{path} hides files or processes from programs ({words})."
  strings:
    $preload = "ld.so.preload"
    $process1 = "/proc/self/fd/%d"
    $process2 = "/proc/%s/stat"
    $process3 = "/proc/%s/cmdline"
    $process4 = "/proc/%d/cmdline"
    $process5 = "/proc/net/tcp"
    $sanitizer1 = "AddressSanitizer"
    $sanitizer2 = "__sanitizer_"
    $sanitizer3 = "FAKEROOT"
    $sanitizer4 = "FAKECHROOT"
    $sanitizer5 = "SANDBOX_"
  condition:
    not any of ($sanitizer*) and
    (for any symbol in elf.dynsym: (symbol.shndx != 0 and (symbol.name == "readdir" or symbol.name == "readdir64")) and
       ($preload or $process1 and 1 of ($process2, $process3, $process4) or $process5)
     or
     $preload and
       for any symbol in elf.dynsym: (symbol.shndx != 0 and (symbol.name == "fopen" or symbol.name == "fopen64" or symbol.name == "open" or symbol.name == "openat")) and
       for any symbol in elf.dynsym: (symbol.shndx != 0 and (symbol.name == "access" or symbol.name == "stat" or symbol.name == "lstat" or symbol.name == "__xstat" or symbol.name == "__lxstat" or symbol.name == "statx" or symbol.name == "unlink" or symbol.name == "opendir")))
}

rule rootkit_library_opens_door {
  meta:
    id = "0371fce0-2081-422a-b02f-f09a176c5374"
    title = "Library opens a door or takes passwords"
    description = "It replaces accept, or what checks passwords, and starts a shell or writes passwords down. Wrappers for tests start none."
    level = "high"
    tags = "attack.credential-access, attack.t1556.003, attack.t1574.006"
    class = "access"
    specific = "concealment"
    after = "preload_library"
    because = "{path} stands in the way of logins or connections and hides a door ({words})."
  strings:
    $shell1 = "/bin/sh"
    $shell2 = "/bin/bash"
    $history = "HISTFILE"
    $preload = "ld.so.preload"
    $dup = "dup2"
    $exec1 = "execve"
    $exec2 = "execl"
    $wrapper1 = "PAM_WRAPPER"
    $wrapper2 = "SOCKET_WRAPPER"
    $wrapper3 = "TSOCKS"
    $wrapper4 = "TORSOCKS"
    $wrapper5 = "AddressSanitizer"
    $wrapper6 = "__sanitizer_"
  condition:
    not any of ($wrapper*) and
    (for any symbol in elf.dynsym: (symbol.shndx != 0 and (symbol.name == "accept" or symbol.name == "accept4")) and
       1 of ($shell*) and $dup and 1 of ($exec*) and ($history or $preload)
     or
     for any symbol in elf.dynsym: (symbol.shndx != 0 and (symbol.name == "pam_authenticate" or symbol.name == "pam_sm_authenticate")) and
       (for any symbol in elf.dynsym: (symbol.shndx != 0 and (symbol.name == "readdir" or symbol.name == "readdir64" or symbol.name == "accept" or symbol.name == "fopen")) or
        $preload))
}

rule rootkit_library_named {
  meta:
    id = "3d75308b-0968-47a3-a33a-44b67b587ba9"
    title = "Known rootkit for ld.so.preload"
    description = "Azazel, Jynx, Vlany, bedevil, Father, BEURK, libprocesshider and HiddenWasp by words of their own in a library that replaces functions."
    level = "high"
    tags = "attack.defense-evasion, attack.t1014, attack.t1574.006"
    class = "concealment"
    specific = "concealment"
    after = "preload_library"
    because = "{path} is a known rootkit ({words})."
  strings:
    $name1 = "process_to_filter"
    $name2 = "vlany"
    $name3 = "bedevil"
    $name4 = "bdvlport"
    $name5 = "BEURK_"
    $name6 = "azazel"
    $name7 = "jynx2"
    $name8 = "HIDE_THIS_SHELL"
    $name9 = "I_AM_HIDDEN"
    $name10 = "AAZHDE"
    $name11 = "is_hidden_file"
    $name12 = "hide_tcp_ports"
    $name13 = "_hidden_gid"
    $hook1 = "readdir64\x00"
    $hook2 = "readdir\x00"
    $hook3 = "fopen64\x00"
    $hook4 = "__lxstat"
    $hook5 = "pam_authenticate\x00"
    $hook6 = "accept\x00"
  condition:
    1 of ($name*) and 2 of ($hook*)
}

rule kernel_module {
  meta:
    id = "1b7a9d52-4c0e-4e0b-9a55-6f0f5d2c7e13"
    title = "Kernel module that reaches for what others do"
    description = "Leads to the rule that looks closer: a module that looks for the table of system calls or hooks functions."
    level = "informational"
    class = "concealment"
    silent = true
  strings:
    $module1 = "vermagic="
    $module2 = ".gnu.linkonce.this_module"
    $reach1 = "sys_call_table"
    $reach2 = "kallsyms_lookup_name"
    $reach3 = "register_ftrace_function"
    $reach4 = "ftrace_set_filter_ip"
  condition:
    uint32(0) == 0x464c457f and uint16(16) == 1 and filesize < 4MB and any of ($module*) and any of ($reach*)
}

rule rootkit_kernel_module {
  meta:
    id = "9d630c1d-11e3-4b28-8f48-68dc025a3c97"
    title = "Kernel module that hides"
    description = "A module that looks for the table of system calls or hooks them, and listings of directories, and gives rights or hides itself. Security products hook calls, and hide nothing."
    level = "high"
    tags = "attack.defense-evasion, attack.t1014, attack.t1547.006"
    class = "concealment"
    specific = "concealment"
    after = "kernel_module"
    because = "{path} is a kernel module that hides files or processes ({words})."
  strings:
    $list1 = "getdents64"
    $list2 = "getdents\x00"
    $list3 = "filldir64"
    $list4 = "tcp4_seq_show"
    $list5 = "iterate_shared"
    $list6 = "is_invisible"
    $power1 = "prepare_creds"
    $power2 = "commit_creds"
    $power3 = "module_hide"
    $power4 = "module_hidden"
    $power5 = "hide_module"
    $power6 = "find_task"
    $power7 = "diamorphine"
    $power8 = "reptile"
    $power9 = "give_root"
    $power10 = "hide_pid"
  condition:
    uint32(0) == 0x464c457f and uint16(16) == 1 and filesize < 4MB and 1 of ($list*) and
    (2 of ($power*) or $power3 or $power4 or $power5 or $power7)
}
