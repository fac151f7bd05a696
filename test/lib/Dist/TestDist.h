//===- TestDist.h - Passes that show what dist answers -----------------------------------------===//
#ifndef SHARDC_TEST_LIB_DIST_TESTDIST_H
#define SHARDC_TEST_LIB_DIST_TESTDIST_H

namespace shardc::test {

void registerTestInferencePasses();
void registerTestLoweringPass();
void registerTestMovesPass();

inline void registerTestDistPasses() {
  registerTestInferencePasses();
  registerTestLoweringPass();
  registerTestMovesPass();
}

} // namespace shardc::test

#endif // SHARDC_TEST_LIB_DIST_TESTDIST_H
