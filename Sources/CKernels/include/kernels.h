#pragma once

// Every kernel that is written in C, one header a topic.

#include "codes.h"
#include "columns.h"
#include "factors.h"
#include "forest.h"
#include "prefetch.h"
#include "sum.h"
#include "transformer.h"
#include "vectors.h"
