"""When is each work done, and which works share an opening? The year of every work over the horizon, with a proven bound, and the months of the first years."""
