//===- Capture.cpp - The graph that the ranks of a process make together ----------===//

#include "cuda/Capture.h"

using namespace shardrt;
using namespace shardrt::cuda;

Capture::Capture(const Gpu &gpu) : gpu(gpu) {
  gpu.driver.check(gpu.driver.streamCreate(&origin, CU_STREAM_NON_BLOCKING), "making a stream for graphs and copies");
  fork = gpu.createEvent();
}

Capture::~Capture() {
  gpu.driver.eventDestroy(fork);
  gpu.driver.streamDestroy(origin);
}

/// Modes stricter than relaxed bind a capture to one thread, and refuse what cuBLASLt does while its calls are
/// captured: it loads its kernels when they are first used.
void Capture::begin() {
  gpu.driver.check(gpu.driver.streamBeginCapture(origin, CU_STREAM_CAPTURE_MODE_RELAXED),
                   "beginning a section's graph");
  underWay = true;
  gpu.driver.check(gpu.driver.eventRecord(fork, origin), "marking the begin of a section's graph");
}

CUgraph Capture::end() {
  underWay = false;
  CUgraph graph = nullptr;
  gpu.driver.check(gpu.driver.streamEndCapture(origin, &graph), "ending a section's graph");
  return graph;
}

void Capture::abort() {
  if (!underWay)
    return;
  underWay = false;
  CUgraph graph = nullptr;
  gpu.driver.streamEndCapture(origin, &graph);
  if (graph)
    gpu.driver.graphDestroy(graph);
}
