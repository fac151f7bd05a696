//===- shardc.cpp - Compiles a model and a recipe into a program -------------------------------===//

#include "shardc/Driver/Driver.h"

int main(int argc, char **argv) {
  return shardc::runDriver(argc, argv);
}
