#include "internal.h"
#include <link.h>
#include <sys/auxv.h>
#include <sys/mman.h>

/* A dynamic linker does this for the programs that it starts. */
int pb_protect_relocated(void) {
  const ElfW(Phdr) *headers = (const ElfW(Phdr) *)getauxval(AT_PHDR);
  uintptr_t base = 0, page = getauxval(AT_PAGESZ);
  for (size_t i = 0; i < getauxval(AT_PHNUM); i++) {
    if (headers[i].p_type == PT_PHDR) base = (uintptr_t)headers - headers[i].p_vaddr;
    if (headers[i].p_type != PT_GNU_RELRO) continue;
    uintptr_t start = (base + headers[i].p_vaddr) & -page;
    uintptr_t end = (base + headers[i].p_vaddr + headers[i].p_memsz) & -page;
    if (mprotect((void *)start, end - start, PROT_READ) < 0) return -errno;
  }
  return 0;
}
