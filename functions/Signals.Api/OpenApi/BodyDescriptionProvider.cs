using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Signals.Api.OpenApi;

/// <summary>Tells the API explorer about the bodies that endpoints read by themselves.</summary>
internal sealed class BodyDescriptionProvider : IApiDescriptionProvider
{
    /// <summary>After the framework's own provider, which finds the endpoints.</summary>
    public int Order => 0;

    public void OnProvidersExecuting(ApiDescriptionProviderContext context)
    {
    }

    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
        foreach (var description in context.Results)
        {
            if (description.ActionDescriptor.EndpointMetadata.OfType<BodyDescription>().LastOrDefault() is not { } body)
                continue;
            description.ParameterDescriptions.Add(new ApiParameterDescription
            {
                Name = "body",
                Type = body.Type,
                Source = BindingSource.Body,
                IsRequired = true,
            });
            foreach (var contentType in body.ContentTypes)
                description.SupportedRequestFormats.Add(new ApiRequestFormat { MediaType = contentType });
        }
    }
}
