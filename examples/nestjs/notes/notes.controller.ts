import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { NotesService } from './notes.service.ts';

@Controller('notes')
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Get()
  async list() {
    return { notes: await this.notes.list() };
  }

  @Get(':id')
  async read(@Param('id') id: string) {
    return { id, text: await this.notes.read(id) };
  }

  @Put(':id')
  @HttpCode(201)
  async write(@Param('id') id: string, @Body() body?: { text?: unknown }) {
    await this.notes.write(id, String(body?.text));
    return { id };
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Param('id') id: string) {
    await this.notes.remove(id);
  }
}
