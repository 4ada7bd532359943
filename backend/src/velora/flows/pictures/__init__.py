"""Sellers' pictures of their products: a file is asked for, sent to the store, looked at by a worker, and shown.

sending   a place for a file, and the word that it is there
check     what a worker makes of it: thumbnails, or a reason why not
sweep     what was never sent, and what nobody has any more, leaves the store
http      routes of a seller, and the pictures themselves
"""
