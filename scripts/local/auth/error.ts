/** An error response in Auth's format. */
export class AuthError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }

  toResponse(): Response {
    return Response.json({ code: this.status, error_code: this.code, msg: this.message }, {
      status: this.status,
      headers: { "x-sb-error-code": this.code },
    });
  }
}
