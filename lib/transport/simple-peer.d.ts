/** The package's browser build brings its own stream and buffer, so that no bundler has to guess them. */
declare module 'simple-peer/simplepeer.min.js' {
  import SimplePeer from 'simple-peer';
  export default SimplePeer;
}
