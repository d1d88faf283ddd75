#include "CPlatform.h"
#include <stdio.h>
#include <sysexits.h>

/* Written in Swift, in Commands. A bare-metal Swift triple has no CommandLine, so C starts it. */
int32_t popbell_main(void);

int main(int count, char **arguments) {
  int error = pb_protect_relocated();
  if (error < 0) {
    fprintf(stderr, "popbell: cannot protect relocated data: %s\n", pb_error_text(-error));
    return EX_OSERR;
  }
  pb_arguments(count, arguments);
  return popbell_main();
}
