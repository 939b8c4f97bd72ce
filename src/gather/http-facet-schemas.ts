import type { FacetName, Facets } from "#model/facets.ts";
import { z } from "#model/schema.ts";

const strings = z.array(z.string());
const text = z.string().nullable();

const visit = z.object({
  url: z.string(),
  hops: z.array(z.object({ url: z.string(), status: z.number(), location: text })).min(1),
  end: z.enum(["answer", "elsewhere", "clear-text", "loop", "too-many", "no-address", "no-answer"]),
  why: text,
  version: z.enum(["HTTP/1.0", "HTTP/1.1", "HTTP/2"]),
  strictTransportSecurity: text,
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  schemes: strings,
  robotGuard: text,
  cookies: z.array(
    z.object({
      name: z.string(),
      secure: z.boolean(),
      httpOnly: z.boolean(),
      sameSite: z.enum(["Strict", "Lax", "None"]).nullable(),
      refused: text,
    }),
  ),
  moreCookies: z.number(),
  content: z
    .object({
      sha256: z.string(),
      bytes: z.number(),
      complete: z.boolean(),
      signInForm: z.boolean().nullable(),
      metaPolicies: strings.nullable(),
    })
    .nullable(),
});
const look = { url: z.string(), visit: visit.nullable(), why: text };

/** The shape of what an endpoint says over HTTPS; what it means is in `#model/http-facets.ts`. */
export const HTTP_FACET_SCHEMAS = {
  httpAnswer: visit,
  httpService: z.object({
    versions: z.array(
      z.object({
        version: z.enum(["HTTP/1.1", "HTTP/2"]),
        status: z.enum(["answers", "not-offered", "unknown"]),
        why: text,
      }),
    ),
    methods: strings.nullable(),
    securityTxt: z.object({
      status: z.enum(["found", "absent", "unknown"]),
      why: text,
      contacts: strings,
      expires: text,
      signed: z.boolean(),
    }),
  }),
  authentication: z.object({ looks: z.array(z.object(look)), signIn: strings }),
  published: z.object({
    pages: z.array(z.object({ ...look, declaredSha256: text, steady: z.boolean().nullable() })),
  }),
} satisfies { readonly [F in FacetName]?: z.ZodType<Facets[F]> };
