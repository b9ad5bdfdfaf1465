// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The batch script of a Slurm job array: a task a cell. It needs nothing of the cluster but a
 * folder that all its machines share.
 *
 * @param grid for the job's name
 * @param indices of the cells to run, ascending
 * @param atOnce tasks at a time; 0: as many as there is room for
 * @param cuda a GPU a task, else processors alone
 * @param threads processors a task
 * @param folder of the grid, absolute
 * @param call the words that run a cell, up to its index
 */
public record SlurmScript(
    String grid,
    List<Integer> indices,
    int atOnce,
    boolean cuda,
    int threads,
    Path folder,
    List<String> call) {
  /** Of a cell that keeps being interrupted. */
  private static final int MOST_RESTARTS = 100;

  /** Before the time limit, for a checkpoint. */
  private static final int WARNING_SECONDS = 120;

  public String text() {
    String array = ranges(indices) + (atOnce > 0 ? "%" + atOnce : "");
    String state = shell(folder.resolve("state").toString());
    return String.join(
            "\n",
            "#!/usr/bin/env bash",
            "#SBATCH --job-name=secant-" + grid.replaceAll("[^A-Za-z0-9_.-]", "-"),
            "#SBATCH --array=" + array,
            "#SBATCH --ntasks=1",
            "#SBATCH --cpus-per-task=" + threads,
            cuda ? "#SBATCH --gpus-per-task=1" : "# No GPU: these cells are for the cpu backend.",
            "#SBATCH --requeue",
            "#SBATCH --open-mode=append",
            "#SBATCH --signal=B:USR1@" + WARNING_SECONDS,
            "#SBATCH --output=/dev/null",
            "# Add what your cluster wants, such as --partition, --account, --time and --mem; indices above 1000 need a",
            "# MaxArraySize above its default.",
            "#",
            "# A task is a cell, and may be started any number of times. Exit codes: 0 done; 2, 3 and 7 will not get better",
            "# by another try; 75 asks for another, which this script requests (a cluster with RequeueExit=75 in slurm.conf",
            "# does so itself).",
            "set -u",
            "",
            "mkdir -p " + state,
            "exec >>" + state + "/\"slurm-${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}.log\" 2>&1",
            "",
            "pid=",
            "# Near the time limit Slurm sends USR1, on preemption TERM; the cell ends within seconds on TERM.",
            "trap 'warned=1; [ -z \"$pid\" ] || kill -TERM \"$pid\"' USR1 TERM",
            "",
            words(call) + " --index \"$SLURM_ARRAY_TASK_ID\" &",
            "pid=$!",
            "while :; do",
            "  warned=",
            "  wait \"$pid\"",
            "  code=$?",
            "  # A trapped signal ends the wait before the cell.",
            "  [ -n \"$warned\" ] || break",
            "done",
            "",
            "if [ \"$code\" = 75 ] && [ \"${SLURM_RESTART_COUNT:-0}\" -lt "
                + MOST_RESTARTS
                + " ]; then",
            "  scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"",
            "fi",
            "exit \"$code\"")
        + "\n";
  }

  /** {@code 0-3,7}. */
  static String ranges(List<Integer> indices) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < indices.size(); ) {
      int end = i;
      while (end + 1 < indices.size() && indices.get(end + 1) == indices.get(end) + 1) end++;
      String from = indices.get(i).toString();
      parts.add(end == i ? from : from + "-" + indices.get(end));
      i = end + 1;
    }
    return String.join(",", parts);
  }

  private static String words(List<String> call) {
    return String.join(" ", call.stream().map(SlurmScript::shell).toList());
  }

  private static String shell(String word) {
    boolean plain = word.matches("[A-Za-z0-9_./=,:@+-]+");
    return plain ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
