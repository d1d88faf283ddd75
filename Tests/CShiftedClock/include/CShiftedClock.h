#pragma once
/* Nothing to be called: this stands in front of the C library's clock. */
