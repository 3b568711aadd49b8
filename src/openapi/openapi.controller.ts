import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Injectable, Param as PathParam, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AppError, Public } from '../core/index.js';

/** Holds the document; it can be built only when all modules are. */
@Injectable()
export class OpenApiDocument {
  private text = '{}';

  set(document: OpenAPIObject): void {
    this.text = JSON.stringify(document);
  }

  get json(): string {
    return this.text;
  }
}

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  png: 'image/png',
};
/** Files of Swagger UI that the page loads; nothing else is served. */
const assets = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']);

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><title>Watchkeeper API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/api/docs/assets/swagger-ui.css">
<link rel="icon" type="image/png" href="/api/docs/assets/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/docs/assets/swagger-ui-bundle.js"></script>
<script src="/api/docs/assets/start.js"></script>
</body>
</html>
`;
/** A file, because the content security policy allows no inline script. */
const startScript =
  "window.ui = SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n";

const uiDirectory = dirname(createRequire(join(process.cwd(), 'package.json')).resolve('swagger-ui-dist/package.json'));

@ApiTags('documentation')
@Controller('api')
export class OpenApiController {
  private readonly cached = new Map<string, Buffer>();

  constructor(private readonly document: OpenApiDocument) {}

  @Get('openapi.json')
  @Public('clients are generated from it; it describes and holds no data')
  @ApiOperation({ operationId: 'getOpenApi', summary: 'The OpenAPI 3.1 document of this API' })
  @ApiResponse({ status: 200, description: 'The document.', schema: { type: 'object', additionalProperties: true } })
  json(@Res() reply: FastifyReply): void {
    void reply.header('content-type', 'application/json; charset=utf-8').send(this.document.json);
  }

  @Get('docs')
  @Public('the page shows the public document')
  @ApiExcludeEndpoint()
  page(@Res() reply: FastifyReply): void {
    void reply.header('content-type', 'text/html; charset=utf-8').send(page);
  }

  @Get('docs/assets/:file')
  @Public('files of the documentation page', { unlimited: true })
  @ApiExcludeEndpoint()
  asset(@PathParam('file') file: string, @Res() reply: FastifyReply): void {
    if (file === 'start.js') {
      void reply.header('content-type', types.js).send(startScript);
      return;
    }
    if (!assets.has(file))
      throw new AppError('openapi.no_such_file', 'not_found', 'The documentation has no such file.');
    let content = this.cached.get(file);
    if (!content) {
      content = readFileSync(join(uiDirectory, file));
      this.cached.set(file, content);
    }
    const type = types[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    void reply.header('content-type', type).header('cache-control', 'public, max-age=86400').send(content);
  }
}
