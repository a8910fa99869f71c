// From jobs of a plan to the order that a worker gets.
#pragma once

#include <string>
#include <vector>

#include "run/results/store.hpp"
#include "run/run_graph.hpp"
#include "run/work_order.hpp"

namespace lacuna {

// All of one step; those that predict of one model. `label`: for people.
WorkOrder order_for(const std::vector<RunJob*>& jobs, const Store& store, const std::string& label);

// What the worker of a job leaves in the job's folder.
std::filesystem::path made_weights(const Store& store, const std::string& unlearn);
std::filesystem::path made_outcome(const Store& store, const std::string& predict);
std::filesystem::path made_per_sample(const Store& store, const std::string& score);

}  // namespace lacuna
