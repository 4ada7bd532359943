"""What a process tells about itself: figures (`metrics`) and the ways of requests (`tracing`). Nothing that it tells names a customer."""
