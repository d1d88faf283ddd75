// Feeds Frames.swift with polls of frames: those of the corpus, whole or changed, in any order.
// Usage: frames SEED POLLS FILE…
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fuzz32_begin(void);
void fuzz32_take(const uint8_t *bytes, intptr_t count);
void fuzz32_end(void);

enum { CORPUS_MAX = 256, FRAME_MAX = 8192, FRAMES_A_POLL = 24 };

static struct { uint8_t bytes[FRAME_MAX]; size_t count; } corpus[CORPUS_MAX];
static size_t corpus_count;
static uint64_t state;

// SplitMix64.
static uint64_t draw(uint64_t below) {
  uint64_t z = state += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return (z ^ z >> 31) % below;
}

static void load(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file || corpus_count == CORPUS_MAX) { perror(path); exit(2); }
  corpus[corpus_count].count = fread(corpus[corpus_count].bytes, 1, FRAME_MAX, file);
  corpus_count++;
  fclose(file);
}

static size_t change(uint8_t *frame, size_t count) {
  static const uint8_t ends[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
  size_t place = count ? draw(count) : 0;
  switch (draw(5)) {
  case 0:  // A number at its end, most likely a whole one.
    memset(frame + (draw(2) && count ? 1 : place), ends[draw(sizeof ends)], 1 + draw(8));
    return count;
  case 1: if (count) frame[place] = draw(256); return count;
  case 2: if (count) frame[place] ^= 1 << draw(8); return count;
  case 3: return place;
  default: frame[count] = draw(256); return count + 1;
  }
}

static uint8_t frame[FRAME_MAX + 16];
static size_t frame_count;
static unsigned long poll;

static void trapped(int number) {
  fprintf(stderr, "\nsignal %d in poll %lu, at the frame", number, poll);
  for (size_t i = 0; i < frame_count; i++) fprintf(stderr, " %02x", frame[i]);
  fputc('\n', stderr);
  _exit(1);
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  state = strtoull(argv[1], NULL, 10);
  unsigned long polls = strtoul(argv[2], NULL, 10);
  for (int i = 3; i < argc; i++) load(argv[i]);
  signal(SIGILL, trapped);
  signal(SIGTRAP, trapped);
  signal(SIGSEGV, trapped);
  for (poll = 0; poll < polls; poll++) {
    fuzz32_begin();
    for (uint64_t left = draw(FRAMES_A_POLL); left > 0; left--) {
      size_t which = draw(corpus_count);
      frame_count = corpus[which].count;
      memcpy(frame, corpus[which].bytes, frame_count);
      for (uint64_t changes = draw(3); changes > 0 && frame_count < FRAME_MAX; changes--)
        frame_count = change(frame, frame_count);
      fuzz32_take(frame, frame_count);
    }
    fuzz32_end();
  }
  printf("%lu polls\n", polls);
  return 0;
}
