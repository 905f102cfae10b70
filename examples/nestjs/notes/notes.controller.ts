import { Body, Controller, Delete, Get, HttpCode, Param, Put, Req } from '@nestjs/common';
import type { TenantRequest } from '../tenant-request.ts';
import { NotesService } from './notes.service.ts';

@Controller('notes')
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Get()
  async list(@Req() { tenantAws }: TenantRequest) {
    return { notes: await this.notes.list(tenantAws) };
  }

  @Get(':id')
  async read(@Req() { tenantAws }: TenantRequest, @Param('id') id: string) {
    return { id, text: await this.notes.read(tenantAws, id) };
  }

  @Put(':id')
  @HttpCode(201)
  async write(@Req() { tenantAws }: TenantRequest, @Param('id') id: string, @Body() body?: { text?: unknown }) {
    await this.notes.write(tenantAws, id, String(body?.text));
    return { id };
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Req() { tenantAws }: TenantRequest, @Param('id') id: string) {
    await this.notes.remove(tenantAws, id);
  }
}
