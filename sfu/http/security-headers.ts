import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** What our pages may use; everything else that reaches outside the page is off. */
const permissions = {
  camera: '(self)',
  microphone: '(self)',
  'display-capture': '(self)',
  'speaker-selection': '(self)',
  autoplay: '(self)',
  fullscreen: '(self)',
  'picture-in-picture': '(self)',
  'screen-wake-lock': '(self)',
  geolocation: '()',
  payment: '()',
  usb: '()',
};

/** Content-Security-Policy. */
const directives = {
  defaultSrc: ["'self'"],
  // pdf.js decodes JPEG 2000, JBIG2 and colour profiles in WebAssembly; this allows that and no eval().
  scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
  scriptSrcAttr: ["'none'"],
  // pdf.js works in a worker of ours; older browsers would look for child-src before script-src.
  workerSrc: ["'self'"],
  styleSrc: ["'self'"],
  // Positions of menus, tiles and pointers are written into style attributes.
  styleSrcAttr: ["'unsafe-inline'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  mediaSrc: ["'self'", 'blob:'],
  // CSP 3, 6.7.2.8: 'self' covers WebSockets of the same host and port.
  connectSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/**
 * Headers that keep a page to itself: no request leaves this server (Q2), nobody frames the pages, and no
 * script or style but the built ones runs.
 *
 * Not here are HSTS and `upgrade-insecure-requests`: Taimen also runs over plain HTTP on localhost and in a
 * LAN, where they would break it. Who puts TLS in front adds HSTS there.
 */
export function securityHeaders(): RequestHandler[] {
  const policy = Object.entries(permissions)
    .map(([feature, who]) => `${feature}=${who}`)
    .join(', ');
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives,
      },
      strictTransportSecurity: false,
      // Browsers ignore these two over plain HTTP in a LAN, and complain; see below.
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
      xFrameOptions: { action: 'deny' },
      // An invitation's secret is part of its address; other sites must not read it.
      referrerPolicy: { policy: 'same-origin' },
    }),
    (request, response, next) => {
      response.set('Permissions-Policy', policy);
      if (request.secure) response.set('Cross-Origin-Opener-Policy', 'same-origin');
      next();
    },
  ];
}

/** Takes back, for one page, that nobody may frame it; everything else stays. To be used after the headers above. */
export function framedByAnySite(): RequestHandler[] {
  return [
    helmet.contentSecurityPolicy({
      useDefaults: false,
      directives: { ...directives, frameAncestors: ['*'] },
    }),
    (_request, response, next) => {
      response.removeHeader('X-Frame-Options');
      next();
    },
  ];
}
