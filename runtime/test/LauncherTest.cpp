//===- LauncherTest.cpp - Variables of launchers -----------------------------------------===//

#include "comm/Launcher.h"
#include "program/Error.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <map>

using namespace shardrt;

namespace {

using Variables = std::map<std::string, std::string>;

/// Unsets all variables of launchers: other tests start processes.
void clear() {
  for (const char *name :
       {"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
        "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID",
        "MPI_LOCALNRANKS", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", "MASTER_ADDR", "MASTER_PORT",
        "TORCHELASTIC_USE_AGENT_STORE", "SLURM_JOB_ID"})
    unsetenv(name);
}

std::optional<Launch> find(const Variables &variables) {
  clear();
  for (const auto &[name, value] : variables)
    setenv(name.c_str(), value.c_str(), 1);
  return findLauncher();
}

class LauncherTest : public ::testing::Test {
  void TearDown() override { clear(); }
};

void expectRefused(const Variables &variables, const std::string &sentence) {
  try {
    find(variables);
    ADD_FAILURE() << sentence;
  } catch (const Error &error) {
    EXPECT_EQ(error.exit, Exit::Disagree);
    EXPECT_NE(std::string(error.what()).find(sentence), std::string::npos) << error.what();
  }
}

TEST_F(LauncherTest, ReadsTheVariablesOfEach) {
  EXPECT_EQ(find({{"RANK", "3"}, {"WORLD_SIZE", "4"}, {"LOCAL_RANK", "1"}})->describe(), "torchrun says rank 3 of 4");
  EXPECT_EQ(find({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "2"}})->describe(),
            "mpirun (Open MPI) says rank 0 of 2");
  EXPECT_EQ(find({{"PMI_RANK", "7"}, {"PMI_SIZE", "8"}})->describe(), "mpiexec (PMI) says rank 7 of 8");
  EXPECT_EQ(find({{"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "2"}})->describe(), "srun says rank 1 of 2");
  EXPECT_FALSE(find({{"RANK", "3"}, {"WORLD_SIZE", "4"}, {"LOCAL_RANK", "1"}})->isFirstOnMachine());
  EXPECT_TRUE(find({{"RANK", "2"}, {"WORLD_SIZE", "4"}, {"LOCAL_RANK", "0"}})->isFirstOnMachine());
}

TEST_F(LauncherTest, TakesTheFirstThatStartedSeveral) {
  EXPECT_EQ(find({{"RANK", "0"}, {"WORLD_SIZE", "1"}, {"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "2"}})
                ->sizeVariable,
            "OMPI_COMM_WORLD_SIZE");
  EXPECT_EQ(find({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "2"}, {"PMI_RANK", "3"}, {"PMI_SIZE", "4"}})->sizeVariable,
            "PMI_SIZE");
}

TEST_F(LauncherTest, ReadsWhereToMeet) {
  Variables variables = {{"RANK", "3"}, {"WORLD_SIZE", "4"}, {"MASTER_ADDR", "n3"}, {"MASTER_PORT", "29500"}};
  Meeting meeting = *find(variables)->meeting;
  EXPECT_EQ(meeting.host, "n3");
  EXPECT_EQ(meeting.port, 29500);
  variables["SLURM_JOB_ID"] = "17";
  EXPECT_NE(find(variables)->meeting->job, meeting.job);
  variables["TORCHELASTIC_USE_AGENT_STORE"] = "False";
  EXPECT_EQ(find(variables)->meeting->port, 29500);
  variables["TORCHELASTIC_USE_AGENT_STORE"] = "True";
  EXPECT_EQ(find(variables)->meeting->port, 29501);
  variables.erase("MASTER_ADDR");
  EXPECT_FALSE(find(variables)->meeting);
  Variables others = {{"MASTER_ADDR", "n3"}, {"MASTER_PORT", "29500"}, {"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "2"}};
  EXPECT_TRUE(find(others)->meeting);
  others.insert({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "2"}});
  EXPECT_FALSE(find(others)->meeting);
}

TEST_F(LauncherTest, LeavesOneProcessToItsThreads) {
  EXPECT_FALSE(find({}));
  EXPECT_FALSE(find({{"WORLD_SIZE", "1"}}));
  EXPECT_FALSE(find({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}}));
  EXPECT_FALSE(find({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}}));
  EXPECT_FALSE(find({{"SLURM_NTASKS", "8"}})); // a shell in an allocation
}

TEST_F(LauncherTest, RefusesWhatDoesNotHold) {
  expectRefused({{"RANK", "4"}, {"WORLD_SIZE", "4"}}, "RANK is 4 and WORLD_SIZE is 4, expected a rank below");
  expectRefused({{"WORLD_SIZE", "4"}}, "WORLD_SIZE is 4 but RANK is not set, expected both or neither");
  expectRefused({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"LOCAL_RANK", "2"}, {"LOCAL_WORLD_SIZE", "2"}},
                "LOCAL_RANK is 2 and");
  for (const char *text : {"", "four", "4x", "-1", "99999999999", "4 "})
    expectRefused({{"RANK", "0"}, {"WORLD_SIZE", text}},
                  "WORLD_SIZE is \"" + std::string(text) + "\", expected the number");
  expectRefused({{"RANK", "0x1"}, {"WORLD_SIZE", "2"}}, "RANK is \"0x1\"");
  for (const char *port : {"0", "65536", "70000"})
    expectRefused({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "n3"}, {"MASTER_PORT", port}},
                  "MASTER_PORT is " + std::string(port) + ", expected a port from 1 to 65535");
  expectRefused({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "n3"}, {"MASTER_PORT", "http"}},
                "MASTER_PORT is \"http\"");
  expectRefused({{"PMI_RANK", "0"}, {"PMI_SIZE", "0"}}, "PMI_RANK is 0 and PMI_SIZE is 0");
}

} // namespace
