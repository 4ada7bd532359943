import { useSearchParams } from "react-router-dom";

/** A filter that lives in the address, so that a list can be sent to somebody; empty when it is off. */
export function useFilter(name: string, onChange?: () => void): [string, (value: string) => void] {
  const [params, setParams] = useSearchParams();
  const set = (value: string) => {
    onChange?.();
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (value) after.set(name, value);
        else after.delete(name);
        return after;
      },
      { replace: true },
    );
  };
  return [params.get(name) ?? "", set];
}
