//===- Device.cpp - The device that a program was compiled for ------------------===//

#include "Device.h"
#include "Program.h"

using namespace shardrt;

std::unique_ptr<Device> shardrt::createDevice(const Program &program) {
  return program.getManifest().gpu ? createCudaDevice(program) : createCpuDevice();
}
