"""Wake-ups: whoever commits work says so, and whoever waits for it looks at once instead of at an interval.

Port       port.py
Adapters   in_process.py, redis.py (one pub/sub channel of the installation)
"""
