//===- SectionGraphs.cpp - The sections of a program as graphs --------------------===//

#include "cuda/SectionGraphs.h"

using namespace shardrt;
using namespace shardrt::cuda;

SectionGraphs::SectionGraphs(const Gpu &gpu, Capture &capture, int64_t ranks)
    : gpu(gpu), capture(capture), barrier(ranks, chooseSpins(ranks)) {}

SectionGraphs::~SectionGraphs() {
  clear();
}

void SectionGraphs::clear() {
  for (const auto &[key, graph] : graphs)
    gpu.driver.graphExecDestroy(graph);
  graphs.clear();
}

void SectionGraphs::beginOrLaunch(const void *key) {
  if (auto known = graphs.find(key); known != graphs.end())
    return launch(key, known->second);
  isRefused.store(false);
  if (observer)
    observer->beginSection(key);
  capture.begin();
}

void SectionGraphs::finish(const void *key) {
  if (isRefused.load())
    return capture.abort();
  CUgraph recorded = capture.end();
  CUgraphExec graph = nullptr;
  CUresult result = gpu.driver.graphInstantiate(&graph, recorded, 0);
  gpu.driver.graphDestroy(recorded);
  gpu.driver.check(result, "making a section's graph ready");
  graphs.emplace(key, graph);
  gpu.driver.check(gpu.driver.graphUpload(graph, capture.getStream()), "loading a section's graph");
  launch(key, graph);
}

void SectionGraphs::launch(const void *key, CUgraphExec graph) {
  if (observer)
    observer->launchSection(key);
  gpu.driver.check(gpu.driver.graphLaunch(graph, capture.getStream()), "launching a section");
}
