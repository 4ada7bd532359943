import { useEffect, useState } from "react";

/** What was typed, once the typing rests. */
export function useLate<Value>(value: Value, wait = 250): Value {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return late;
}
