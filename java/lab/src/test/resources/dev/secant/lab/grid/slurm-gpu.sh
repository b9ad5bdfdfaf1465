#!/usr/bin/env bash
#SBATCH --job-name=secant-paper
#SBATCH --array=0-2,5,7-8%8
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --gpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@120
#SBATCH --output=/dev/null
# Add what your cluster wants, such as --partition, --account, --time and --mem; indices above 1000 need a
# MaxArraySize above its default.
#
# A task is a cell, and may be started any number of times. Exit codes: 0 done; 2, 3 and 7 will not get better
# by another try; 75 asks for another, which this script requests (a cluster with RequeueExit=75 in slurm.conf
# does so itself).
set -u

mkdir -p '/grids/my paper/state'
exec >>'/grids/my paper/state'/"slurm-${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}.log" 2>&1

pid=
# Near the time limit Slurm sends USR1, on preemption TERM; the cell ends within seconds on TERM.
trap 'warned=1; [ -z "$pid" ] || kill -TERM "$pid"' USR1 TERM

/opt/secant grid cell --out '/grids/my paper' --index "$SLURM_ARRAY_TASK_ID" &
pid=$!
while :; do
  warned=
  wait "$pid"
  code=$?
  # A trapped signal ends the wait before the cell.
  [ -n "$warned" ] || break
done

if [ "$code" = 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 100 ]; then
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
fi
exit "$code"
