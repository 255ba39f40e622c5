"""The input of a plan: files of a neighbourhood, uploaded and checked."""
