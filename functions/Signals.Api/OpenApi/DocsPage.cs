using System.Text;

namespace Signals.Api.OpenApi;

/// <summary>The Swagger page at <c>/docs</c> and <c>/docs/</c>, served from this process alone.</summary>
internal static class DocsPage
{
    private const string Html =
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Signals Functions API</title>
          <link rel="stylesheet" href="/docs/swagger-ui.css">
          <link rel="icon" href="data:,">
        </head>
        <body>
          <div id="swagger-ui"></div>
          <script src="/docs/swagger-ui-bundle.js"></script>
          <script>
            SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, persistAuthorization: true });
          </script>
        </body>
        </html>
        """;

    public static void Use(IApplicationBuilder app) =>
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/docs"), docs =>
        {
            // The page itself is answered at both forms of the path: its own redirect would be the only one of the whole surface.
            docs.Use((context, next) =>
            {
                if (context.Request.Path.Value is "/docs" or "/docs/")
                    context.Request.Path = "/docs/index.html";
                return next(context);
            });
            docs.UseSwaggerUI(options =>
            {
                options.RoutePrefix = "docs";
                options.IndexStream = () => new MemoryStream(Encoding.UTF8.GetBytes(Html));
            });
        });
}
