export { ProductPicture } from "./ProductPicture";
export { pictureUrl, toneOf, type Tone } from "./tones";
