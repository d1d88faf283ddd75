#include "CPlatform.h"
#include "CProbe.h"

/* popbell itself, on a board that is made up. */
int32_t popbell_main(void);

int main(int count, char **arguments) {
  probe_fake_gpio();
  pb_arguments(count, arguments);
  return popbell_main();
}
