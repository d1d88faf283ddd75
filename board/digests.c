/* The inner parts of SHA-1 (FIPS 180-4 section 6.1.2) and MD5 (RFC 1321 section 3.4) as loops: the
 * library's have a line for each of the 80 and 64 steps, 6 KB more. popbell takes them of short
 * texts, and of records of the oldest cipher suites. */
#include <mbedtls/md5.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha1.h>

static uint32_t rotate(uint32_t word, int count) { return word << count | word >> (32 - count); }

int mbedtls_internal_sha1_process(mbedtls_sha1_context *context, const unsigned char data[64]) {
  uint32_t words[80];
  for (int i = 0; i < 16; i++, data += 4) {
    words[i] = (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
  }
  for (uint32_t *word = words + 16; word < words + 80; word++) {
    *word = rotate(word[-3] ^ word[-8] ^ word[-14] ^ word[-16], 1);
  }
  uint32_t *state = context->MBEDTLS_PRIVATE(state);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (int i = 0; i < 80; i++) {
    uint32_t mixed = i < 20   ? 0x5A827999 + (d ^ (b & (c ^ d)))
                     : i < 40 ? 0x6ED9EBA1 + (b ^ c ^ d)
                     : i < 60 ? 0x8F1BBCDC + ((b & c) | (d & (b | c)))
                              : 0xCA62C1D6 + (b ^ c ^ d);
    mixed += rotate(a, 5) + e + words[i];
    e = d, d = c, c = rotate(b, 30), b = a, a = mixed;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
  mbedtls_platform_zeroize(words, sizeof words);
  return 0;
}

int mbedtls_internal_md5_process(mbedtls_md5_context *context, const unsigned char data[64]) {
  /* 2^32 times the sine of 1, 2, 3… */
  static const uint32_t sines[64] = {
    0xD76AA478, 0xE8C7B756, 0x242070DB, 0xC1BDCEEE, 0xF57C0FAF, 0x4787C62A, 0xA8304613, 0xFD469501,
    0x698098D8, 0x8B44F7AF, 0xFFFF5BB1, 0x895CD7BE, 0x6B901122, 0xFD987193, 0xA679438E, 0x49B40821,
    0xF61E2562, 0xC040B340, 0x265E5A51, 0xE9B6C7AA, 0xD62F105D, 0x02441453, 0xD8A1E681, 0xE7D3FBC8,
    0x21E1CDE6, 0xC33707D6, 0xF4D50D87, 0x455A14ED, 0xA9E3E905, 0xFCEFA3F8, 0x676F02D9, 0x8D2A4C8A,
    0xFFFA3942, 0x8771F681, 0x6D9D6122, 0xFDE5380C, 0xA4BEEA44, 0x4BDECFA9, 0xF6BB4B60, 0xBEBFBC70,
    0x289B7EC6, 0xEAA127FA, 0xD4EF3085, 0x04881D05, 0xD9D4D039, 0xE6DB99E5, 0x1FA27CF8, 0xC4AC5665,
    0xF4292244, 0x432AFF97, 0xAB9423A7, 0xFC93A039, 0x655B59C3, 0x8F0CCC92, 0xFFEFF47D, 0x85845DD1,
    0x6FA87E4F, 0xFE2CE6E0, 0xA3014314, 0x4E0811A1, 0xF7537E82, 0xBD3AF235, 0x2AD7D2BB, 0xEB86D391};
  static const uint8_t rotations[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  uint32_t *state = context->MBEDTLS_PRIVATE(state);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  for (int i = 0; i < 64; i++) {
    uint32_t mixed;
    int place;
    switch (i / 16) {
    case 0: mixed = d ^ (b & (c ^ d)), place = i; break;
    case 1: mixed = c ^ (d & (b ^ c)), place = 5 * i + 1; break;
    case 2: mixed = b ^ c ^ d, place = 3 * i + 5; break;
    default: mixed = c ^ (b | ~d), place = 7 * i; break;
    }
    const unsigned char *word = data + place % 16 * 4;
    mixed += a + sines[i];
    mixed += word[0] | (uint32_t)word[1] << 8 | (uint32_t)word[2] << 16 | (uint32_t)word[3] << 24;
    a = d, d = c, c = b, b += rotate(mixed, rotations[i / 16][i % 4]);
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  return 0;
}
