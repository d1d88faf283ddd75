#pragma once

#include "CSimulator.h"

/* 3.x hides fields that 2.28 has in the open. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <mbedtls/pk.h>
#include <mbedtls/version.h>

int sim_random(void *unused, unsigned char *bytes, size_t count);

int sim_key_parse(mbedtls_pk_context *key, const uint8_t *der, size_t count);
