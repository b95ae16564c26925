/*
 * The program `davylamp` in one file: unpacks what is appended to it into a folder that only its user can write, once a boot, and becomes our own loader
 * there. It has no interpreter and no library, so nothing of the host runs in it. In front of this text tools/packaging/single.ts puts the
 * settings: CALLED_AS, RUNTIME, LOADER, MAIN, CANNOT_START, flags, variables, kept.
 *
 * Why once a boot: without waiting for the disk nobody knows whether a folder that was written before a power cut is whole. Folders of earlier boots go.
 */
typedef unsigned char byte;
typedef unsigned int word;
typedef unsigned long size;

#ifdef __x86_64__
enum { READ = 0, WRITE = 1, CLOSE = 3, MMAP = 9, PREAD = 17, EXECVE = 59, UMASK = 95, GETEUID = 107, FSTATFS = 138,
  GETDENTS = 217, EXIT = 231, OPENAT = 257, MKDIRAT = 258, UNLINKAT = 263, SYMLINKAT = 266, READLINKAT = 267, RENAMEAT2 = 316, GETRANDOM = 318, STATX = 332 };
static long call(long number, long a, long b, long c, long d, long e)
{
  long result;
  register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = 0;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}
__asm__(".globl _start\n_start: mov %rsp, %rdi\nand $-16, %rsp\ncall begin\n");
enum { DIRECTORY = 0200000, NOFOLLOW = 0400000 };
#else
enum { MKDIRAT = 34, UNLINKAT = 35, SYMLINKAT = 36, FSTATFS = 44, OPENAT = 56, CLOSE = 57, GETDENTS = 61, READ = 63, WRITE = 64, PREAD = 67,
  READLINKAT = 78, EXIT = 94, UMASK = 166, GETEUID = 175, EXECVE = 221, MMAP = 222, RENAMEAT2 = 276, GETRANDOM = 278, STATX = 291 };
static long call(long number, long a, long b, long c, long d, long e)
{
  register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c, x3 __asm__("x3") = d,
    x4 __asm__("x4") = e, x5 __asm__("x5") = 0;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
__asm__(".globl _start\n_start: mov x0, sp\nbl begin\n");
enum { DIRECTORY = 040000, NOFOLLOW = 0100000 };
#endif
enum { HERE = -100, WRONLY = 1, CREAT = 0100, EXCL = 0200, CLOEXEC = 02000000, REMOVE_FOLDER = 0x200, NOREPLACE = 1 };
enum { KIND = 0170000, FOLDER = 0040000, LINK = 0120000, EXISTS = -17, NOT_EMPTY = -39, BLOCK = 1 << 22 };
/* The largest that a kernel for one of these processors has. */
enum { PAGE = 1 << 16 };

/* What gcc may call by itself. */
void *memcpy(void *to, const void *from, size length)
{
  byte *a = to;
  const byte *b = from;
  while (length--) *a++ = *b++;
  return to;
}
void *memset(void *to, int value, size length)
{
  byte *a = to;
  while (length--) *a++ = value;
  return to;
}

static size length_of(const char *text)
{
  size length = 0;
  while (text[length]) length++;
  return length;
}
static int same(const void *one, const void *other, size length)
{
  const byte *a = one, *b = other;
  while (length--) if (*a++ != *b++) return 0;
  return 1;
}
static char *append(char *to, const char *text)
{
  while (*text) *to++ = *text++;
  *to = 0;
  return to;
}
static char *append_number(char *to, size number)
{
  if (number > 9) to = append_number(to, number / 10);
  *to++ = '0' + number % 10;
  *to = 0;
  return to;
}
static void say(const char *text)
{
  call(WRITE, 2, (long)text, length_of(text), 0, 0);
}
static void give_up(const char *why)
{
  say("davylamp: "), say(why), say("\n");
  call(EXIT, CANNOT_START, 0, 0, 0, 0);
}
static long open_at(long folder, const char *name, long how, long mode)
{
  return call(OPENAT, folder, (long)name, how | CLOEXEC, mode, 0);
}
/* Memory, or what a file holds from a place on, read ahead (MAP_POPULATE). */
static void *room(size length, long file, long offset)
{
  long protection = file < 0 ? 3 : 1, how = file < 0 ? 0x22 : 0x8002;
#ifdef __x86_64__
  register long r10 __asm__("r10") = how, r8 __asm__("r8") = file, r9 __asm__("r9") = offset;
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(MMAP), "D"(0), "S"(length), "d"(protection), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
#else
  register long x8 __asm__("x8") = MMAP, x0 __asm__("x0") = 0, x1 __asm__("x1") = length, x2 __asm__("x2") = protection, x3 __asm__("x3") = how,
    x4 __asm__("x4") = file, x5 __asm__("x5") = offset;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  long result = x0;
#endif
  if (result < 0 && result > -4096) give_up("there is no memory to unpack it");
  return (void *)result;
}

/* SHA-256 (FIPS 180-4). */
static const word rounds[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
  0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
  0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
  0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
  0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
  0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2 };
#define TURN(x, n) ((x) >> (n) | (x) << (32 - (n)))
static void digest_block(word *state, const byte *block)
{
  word w[64], s[8];
  for (int i = 0; i < 16; i++) w[i] = (word)block[i * 4] << 24 | block[i * 4 + 1] << 16 | block[i * 4 + 2] << 8 | block[i * 4 + 3];
  for (int i = 16; i < 64; i++) {
    word a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (TURN(a, 7) ^ TURN(a, 18) ^ a >> 3) + w[i - 7] + (TURN(b, 17) ^ TURN(b, 19) ^ b >> 10);
  }
  for (int i = 0; i < 8; i++) s[i] = state[i];
  for (int i = 0; i < 64; i++) {
    word e = s[4], a = s[0];
    word one = s[7] + (TURN(e, 6) ^ TURN(e, 11) ^ TURN(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + rounds[i] + w[i];
    word two = (TURN(a, 2) ^ TURN(a, 13) ^ TURN(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
    s[7] = s[6], s[6] = s[5], s[5] = e, s[4] = s[3] + one, s[3] = s[2], s[2] = s[1], s[1] = a, s[0] = one + two;
  }
  for (int i = 0; i < 8; i++) state[i] += s[i];
}
static int has_digest(const byte *data, size length, const byte *wanted)
{
  word state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
  byte last[128] = { 0 };
  size whole = length & ~63UL, rest = length - whole, padded = rest < 56 ? 64 : 128;
  for (size at = 0; at < whole; at += 64) digest_block(state, data + at);
  for (size at = 0; at < rest; at++) last[at] = data[whole + at];
  last[rest] = 0x80;
  for (int i = 0; i < 8; i++) last[padded - 1 - i] = length * 8 >> i * 8;
  for (size at = 0; at < padded; at += 64) digest_block(state, last + at);
  for (int i = 0; i < 32; i++) if (wanted[i] != (byte)(state[i / 4] >> (24 - i % 4 * 8))) return 0;
  return 1;
}

/* A block of LZ4 (lz4_Block_format.md). Its digest was checked, so it is ours; whoever made it wrong is told all the same. */
static size unpack_block(const byte *from, size length, byte *to)
{
  const byte *end = from + length;
  byte *start = to, *limit = to + BLOCK;
  for (;;) {
    size token = *from++, count = token >> 4, more;
    if (count == 15) do count += more = *from++; while (more == 255);
    if (count > (size)(limit - to) || count > (size)(end - from)) give_up("this file is damaged: get it again");
    for (size at = 0; at < count; at += 8) *(size __attribute__((aligned(1), may_alias)) *)(to + at) = *(const size __attribute__((aligned(1), may_alias)) *)(from + at);
    to += count, from += count;
    if (from >= end) return to - start;
    size back = from[0] | from[1] << 8;
    from += 2;
    count = (token & 15) + 4;
    if (count == 19) do count += more = *from++; while (more == 255);
    if (back == 0 || back > (size)(to - start) || count > (size)(limit - to)) give_up("this file is damaged: get it again");
    if (back >= 8)
      for (size at = 0; at < count; at += 8) *(size __attribute__((aligned(1), may_alias)) *)(to + at) = *(size __attribute__((aligned(1), may_alias)) *)(to + at - back);
    else for (size at = 0; at < count; at++) to[at] = to[at - back];
    to += count;
  }
}

/* What is appended: blocks, each with its packed length in front. Together they are entries: kind and mode, lengths of name and content, name, content. */
static const byte *packed, *packed_end;
static byte *block, *masked;
static size block_at, block_end;

/* The rules inside hold words of malware, which no scanner, ours among them, shall take this file for. The stream is xorshift32. */
static void unmask(const byte *from, size length)
{
  word mask = MASK;
  if (length > BLOCK + BLOCK / 255 + 16) give_up("this file is damaged: get it again");
  for (size at = 0; at < length; at += 4) {
    mask ^= mask << 13, mask ^= mask >> 17, mask ^= mask << 5;
    *(word __attribute__((aligned(1), may_alias)) *)(masked + at) = *(const word __attribute__((aligned(1), may_alias)) *)(from + at) ^ mask;
  }
}
static size available(void)
{
  if (block_at == block_end) {
    if (packed >= packed_end) give_up("this file is damaged: get it again");
    size length = packed[0] | packed[1] << 8 | packed[2] << 16 | (size)packed[3] << 24;
    if (length > (size)(packed_end - packed) - 4) give_up("this file is damaged: get it again");
    unmask(packed + 4, length);
    block_end = unpack_block(masked, length, block), block_at = 0, packed += 4 + length;
  }
  return block_end - block_at;
}
static void take(void *into, size length)
{
  for (byte *to = into; length > 0;) {
    size part = available();
    if (part > length) part = length;
    memcpy(to, block + block_at, part);
    to += part, block_at += part, length -= part;
  }
}
static int write_content(long file, size length)
{
  while (length > 0) {
    size part = available();
    if (part > length) part = length;
    long written = call(WRITE, file, (long)(block + block_at), part, 0, 0);
    if (written <= 0) return 0;
    block_at += written, length -= written;
  }
  return 1;
}

struct entry { word mode, name, content; };

static int unpack_into(long folder)
{
  struct entry entry;
  char name[4096], target[4096];
  for (;;) {
    take(&entry, sizeof entry);
    if (entry.mode == 0) return 1;
    if (entry.name >= sizeof name) give_up("this file is damaged: get it again");
    take(name, entry.name), name[entry.name] = 0;
    if ((entry.mode & KIND) == FOLDER) {
      if (call(MKDIRAT, folder, (long)name, entry.mode & 0777, 0, 0) < 0) return 0;
    } else if ((entry.mode & KIND) == LINK) {
      if (entry.content >= sizeof target) give_up("this file is damaged: get it again");
      take(target, entry.content), target[entry.content] = 0;
      if (call(SYMLINKAT, (long)target, folder, (long)name, 0, 0) < 0) return 0;
    } else {
      long file = open_at(folder, name, WRONLY | CREAT | EXCL | NOFOLLOW, entry.mode & 0777);
      if (file < 0) return 0;
      int whole = write_content(file, entry.content);
      call(CLOSE, file, 0, 0, 0, 0);
      if (!whole) return 0;
    }
  }
}

static int is_this_or_above(const char *name)
{
  return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

static void remove_tree(long parent, const char *name)
{
  long folder = open_at(parent, name, DIRECTORY | NOFOLLOW, 0), length;
  char entries[4096];
  if (folder >= 0) {
    while ((length = call(GETDENTS, folder, (long)entries, sizeof entries, 0, 0)) > 0)
      for (long at = 0; at < length; at += *(unsigned short *)(entries + at + 16)) {
        const char *one = entries + at + 19;
        if (!is_this_or_above(one) && call(UNLINKAT, folder, (long)one, 0, 0, 0) < 0) remove_tree(folder, one);
      }
    call(CLOSE, folder, 0, 0, 0, 0);
  }
  call(UNLINKAT, parent, (long)name, REMOVE_FOLDER, 0, 0);
}

static char boot[64];

/* 1: made in this boot; 0: in an earlier one; -1: none of ours. */
static int made_in_this_boot(long parent, const char *name)
{
  char path[300], found[64] = { 0 };
  if (length_of(name) > 200) return -1;
  append(append(path, name), "/.boot");
  long file = open_at(parent, path, NOFOLLOW, 0);
  if (file < 0) return -1;
  long length = call(READ, file, (long)found, sizeof found - 1, 0, 0);
  call(CLOSE, file, 0, 0, 0, 0);
  return length == (long)length_of(boot) && same(found, boot, length);
}

static void remove_earlier(long parent)
{
  char entries[4096];
  long length, list = open_at(parent, ".", DIRECTORY, 0);
  while ((length = call(GETDENTS, list, (long)entries, sizeof entries, 0, 0)) > 0)
    for (long at = 0; at < length; at += *(unsigned short *)(entries + at + 16))
      if (!is_this_or_above(entries + at + 19) && made_in_this_boot(parent, entries + at + 19) == 0) remove_tree(parent, entries + at + 19);
  call(CLOSE, list, 0, 0, 0, 0);
}

/* At the end of the file. */
static struct { char magic[16]; size offset, length; byte digest[32]; char name[64]; } about;

static void prepare(long self)
{
  static int done;
  /* With what stands behind it: copies read up to eight bytes at once. */
  packed = room(about.offset % PAGE + about.length + sizeof about, self, about.offset - about.offset % PAGE);
  packed += about.offset % PAGE, packed_end = packed + about.length;
  if (!done && !has_digest(packed, about.length, about.digest)) give_up("this file is damaged: get it again");
  if (!done) block = room(BLOCK + 64, -1, 0), masked = room(BLOCK + BLOCK / 255 + 128, -1, 0);
  done = 1, block_at = block_end = 0;
}

/* Under a name of its own until it is whole; of two that unpack at once, one comes second and uses what the first made. */
static int unpack(long parent, long self)
{
  char temporary[64];
  size number = 0;
  call(GETRANDOM, (long)&number, sizeof number, 0, 0, 0);
  append_number(append(temporary, ".new-"), number);
  prepare(self);
  remove_earlier(parent);
  if (call(MKDIRAT, parent, (long)temporary, 0700, 0, 0) < 0) return 0;
  long folder = open_at(parent, temporary, DIRECTORY | NOFOLLOW, 0), file = open_at(folder, ".boot", WRONLY | CREAT | EXCL, 0600);
  int whole = folder >= 0 && call(WRITE, file, (long)boot, length_of(boot), 0, 0) == (long)length_of(boot) && unpack_into(folder);
  call(CLOSE, file, 0, 0, 0, 0), call(CLOSE, folder, 0, 0, 0, 0);
  for (int turn = 0; whole && turn < 3; turn++) {
    long result = call(RENAMEAT2, parent, (long)temporary, parent, (long)about.name, 0);
    if (result >= 0) return 1;
    if (result != EXISTS && result != NOT_EMPTY) break;
    if (made_in_this_boot(parent, about.name) == 1) return remove_tree(parent, temporary), 1;
    remove_tree(parent, about.name);
  }
  remove_tree(parent, temporary);
  return made_in_this_boot(parent, about.name) == 1;
}

/* The folder below another that only this user can write; it is made where it is missing. */
static long own_folder(long parent, const char *name, long user)
{
  struct { word mask, blocks; size attributes; word links, uid, gid; unsigned short mode, spare; byte rest[224]; } found;
  call(MKDIRAT, parent, (long)name, 0700, 0, 0);
  long folder = open_at(parent, name, DIRECTORY | NOFOLLOW, 0);
  if (folder < 0) return folder;
  if (call(STATX, folder, (long)"", 0x1000, 0x7ff, (long)&found) == 0 && found.uid == user && (found.mode & 022) == 0) return folder;
  call(CLOSE, folder, 0, 0, 0, 0);
  return -1;
}

static void become_loader(const char *folder, const char *self, char **argv, char **environment)
{
  size count = 0, fixed = sizeof flags / sizeof *flags, variables_count = 0;
  while (argv[count]) count++;
  while (environment[variables_count]) variables_count++;
  char **words = room((count + fixed + 16) * sizeof *words, -1, 0), **word_at = words;
  char **values = room((variables_count + 32) * sizeof *values, -1, 0), **value_at = values;
  char *texts = room(5 * 512 + 8192, -1, 0), *loader = texts, *libraries = texts + 512, *node = texts + 1024, *entry = texts + 1536, *called = texts + 2048;
  append(append(loader, folder), "/" RUNTIME "/" LOADER);
  append(append(libraries, folder), "/" RUNTIME);
  append(append(node, folder), "/" RUNTIME "/node");
  append(append(entry, folder), "/" MAIN);
  append(append(called, CALLED_AS), self);
  *word_at++ = loader, *word_at++ = "--inhibit-cache", *word_at++ = "--library-path", *word_at++ = libraries, *word_at++ = node;
  for (size at = 0; at < fixed; at++) *word_at++ = (char *)flags[at];
  *word_at++ = entry;
  for (size at = 1; at < count; at++) *word_at++ = argv[at];
  for (size at = 0; at < sizeof variables / sizeof *variables; at++) *value_at++ = (char *)variables[at];
  *value_at++ = called;
  for (char **one = environment; *one; one++)
    for (size at = 0; at < sizeof kept / sizeof *kept; at++)
      if (same(*one, kept[at], length_of(kept[at]) < length_of(*one) ? length_of(kept[at]) : length_of(*one) + 1)) *value_at++ = *one;
  call(EXECVE, (long)loader, (long)words, (long)values, 0, 0);
}

/* In this order: where a disk has room, then memory. The second names are made by us. */
static const char *const places[][3] = {
  { "/var/lib", "davylamp", "program" }, { "/run", "davylamp", "program" }, { "/dev/shm", "davylamp-", 0 }, { "/tmp", "davylamp-", 0 } };

static void start_from(const char *const place[3], long user, long self, const char *path, char **argv, char **environment, long mask)
{
  char folder[256], *name = append(append(folder, place[0]), "/"), *end = append(name, place[1]);
  size statfs[16] = { 0 };
  long parent = open_at(HERE, place[0], DIRECTORY, 0);
  if (parent < 0) return;
  if (place[2] == 0) end = append_number(end, user);
  long own = own_folder(parent, name, user);
  call(CLOSE, parent, 0, 0, 0, 0);
  if (own >= 0 && place[2] != 0) {
    long below = own_folder(own, place[2], user);
    call(CLOSE, own, 0, 0, 0, 0);
    own = below, end = append(append(end, "/"), place[2]);
  }
  if (own < 0) return;
  append(append(end, "/"), about.name);
  /* ST_NOEXEC of statfs(2). */
  int usable = call(FSTATFS, own, (long)statfs, 0, 0, 0) == 0 && (statfs[10] & 8) == 0;
  if (usable && (made_in_this_boot(own, about.name) == 1 || unpack(own, self))) {
    call(UMASK, mask, 0, 0, 0, 0);
    become_loader(folder, path, argv, environment);
    call(UMASK, 0, 0, 0, 0, 0);
  }
  call(CLOSE, own, 0, 0, 0, 0);
}

void begin(long *stack)
{
  char **argv = (char **)(stack + 1), **environment = argv + stack[0] + 1, path[4096];
  long length = call(READLINKAT, HERE, (long)"/proc/self/exe", (long)path, sizeof path - 1, 0);
  long self = open_at(HERE, "/proc/self/exe", 0, 0), identity = open_at(HERE, "/proc/sys/kernel/random/boot_id", 0, 0);
  if (length <= 0 || self < 0) give_up("cannot tell where it is: is /proc mounted?");
  path[length] = 0;
  if (identity < 0 || call(READ, identity, (long)boot, 36, 0, 0) != 36) append(boot, "unknown");
  call(CLOSE, identity, 0, 0, 0, 0);
  struct { word mask, blocks; size attributes; word links, uid, gid; unsigned short mode, spare; size inode, size; byte rest[256]; } found;
  if (call(STATX, self, (long)"", 0x1000, 0x7ff, (long)&found) != 0 || found.size < sizeof about
    || call(PREAD, self, (long)&about, sizeof about, found.size - sizeof about, 0) != sizeof about || !same(about.magic, MAGIC, 16)
    || about.offset + about.length + sizeof about != found.size)
    give_up("this file is cut off: get it again");
  long user = call(GETEUID, 0, 0, 0, 0, 0), mask = call(UMASK, 0, 0, 0, 0, 0);
  for (size at = user == 0 ? 0 : 2; at < sizeof places / sizeof *places; at++)
    start_from(places[at], user, self, path, argv, environment, mask);
  give_up(user == 0
    ? "found no folder to unpack itself into: below /var/lib, /run, /dev/shm and /tmp none can be written, has 200 MB and lets programs run"
    : "found no folder to unpack itself into: below /dev/shm and /tmp none can be written, has 200 MB and lets programs run");
}
