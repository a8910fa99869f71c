// The whole SDK. Plugins include this, and the ATen/ops/*.h files of the operators they call.
#pragma once

#include "lacuna/abi.hpp"
#include "lacuna/batch.hpp"
#include "lacuna/dataset.hpp"
#include "lacuna/error.hpp"
#include "lacuna/method.hpp"
#include "lacuna/metric.hpp"
#include "lacuna/model.hpp"
#include "lacuna/optimizer.hpp"
#include "lacuna/params.hpp"
#include "lacuna/plugin.hpp"
#include "lacuna/random.hpp"
#include "lacuna/samples.hpp"
#include "lacuna/taxonomy.hpp"
