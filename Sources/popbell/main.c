#include "CPlatform.h"

/* Written in Swift, in Commands. A bare-metal Swift triple has no CommandLine, so C starts it. */
int32_t popbell_main(void);

int main(int count, char **arguments) {
  pb_arguments(count, arguments);
  return popbell_main();
}
