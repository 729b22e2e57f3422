#include "updraft_json.h"
