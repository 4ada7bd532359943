"""How the engines and the queues stand, for those who run the installation: read in one place, told as figures and on a page."""
