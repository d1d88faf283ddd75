#include "CSimulator.h"
