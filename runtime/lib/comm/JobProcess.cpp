//===- JobProcess.cpp - This process as one of a job's ------------------------------===//

#include "comm/MpiProcess.h"
#include "comm/TcpProcess.h"

using namespace shardrt;

std::unique_ptr<JobProcess> shardrt::beginProcess(const Launch &launch, std::chrono::milliseconds patience) {
  if (launch.meeting)
    return std::make_unique<TcpProcess>(launch, patience);
  return std::make_unique<MpiProcess>(launch);
}
