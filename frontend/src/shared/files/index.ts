export { FileButton } from "./FileButton";
