#include <stdint.h>

/* Written in Swift, in Commands. A bare-metal Swift triple has no CommandLine, so C starts it. */
int32_t popbell_main(int32_t argument_count);

int main(int argument_count, char **arguments) {
  (void)arguments;
  return popbell_main(argument_count);
}
