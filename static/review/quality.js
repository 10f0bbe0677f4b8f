// The second look: the images, the compared values and the list of reject reasons of the review page.
import * as images from "./images.js";
import * as reasons from "./reasons.js";

images.start();
reasons.start(document.querySelector("#verdict"));
