"""Iterative pruning with retraining: what tools/prune_retrain.py is made of."""
