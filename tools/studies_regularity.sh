#!/bin/sh
# Trains what docs/studies/regularity/ shows: ResNet-20 on CIFAR-10, four granularities, seven densities.
#
# Usage: tools/studies_regularity.sh PICTURES STATE WORK [options of tools/prune_retrain.py]
#
# PICTURES  a folder with train/CLASS/*.jpg and test/CLASS/*.jpg, or a tar archive of one
# STATE     trained parameters of ResNet-20, .pth or HDF5
# WORK      log, checkpoints, masks and networks; a run that was stopped goes on when given again
#
# Two runs of one thread each, about an hour on two cores. The log is WORK/accuracy.jsonl.
set -eu
if [ $# -lt 3 ]; then
  sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" >&2
  exit 2
fi
pictures=$1 state=$2 work=$3
shift 3
tools=$(dirname "$0")
mkdir -p "$work"
if [ -f "$pictures" ]; then
  if [ ! -d "$work/cifar" ]; then
    rm -rf "$work/cifar.part"
    mkdir "$work/cifar.part"
    tar xf "$pictures" -C "$work/cifar.part"
    mv "$work/cifar.part" "$work/cifar"
  fi
  pictures=$work/cifar
fi
# Seeds are an option ("--seed 2"); what is given last counts.
train() {
  "$tools/prune_retrain.py" "$tools/retrain/resnet20.py:resnet20" --data "$pictures" --state "$state" \
    --work "$work" --data-name "CIFAR-10 as JPEG files" --precision bf16 --threads 1 \
    --adapt-epochs 2 --adapt-learning-rate 0.02 --epochs 1 --learning-rate 0.03 "$@"
}
train --adapt-only "$@"
train --granularity fine,filter "$@" &
first=$!
train --granularity kernel,vector "$@" || { kill "$first"; wait "$first" || true; exit 1; }
wait "$first"
